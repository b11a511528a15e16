using System.Collections.Concurrent;
using Xunit.Abstractions;

namespace Swarm.DockerCli.Tests;

/// <summary>Published ports of three nodes on one machine, each with an address of its own.</summary>
public sealed class MeshTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Port = 18_080;
    private const int Replicas = 5;

    private readonly List<DaemonProcess> _daemons = [];
    private MeshNodes? _nodes;

    private DockerCli Docker => _daemons[0].Docker;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }
    }

    [SkippableTheory]
    [InlineData("worker")]
    [InlineData("manager")]
    public async Task A_service_is_answered_on_every_node_and_no_request_fails_while_it_is_updated(string role)
    {
        await FormAsync(role);
        await CreateAsync();
        foreach (var daemon in _daemons)
        {
            await AnsweredByAsync(daemon, Replicas);
            await BalancedAsync(daemon);
        }

        using var load = new Load([.. _daemons.Select(daemon => daemon.Address)], Port);
        var before = await _nodes!.TasksAsync("web");
        await Docker.OkAsync("service", "update", "-d", "--force", "web");
        await _nodes.UpdatedAsync("web");
        Assert.Empty((await _nodes.TasksAsync("web")).Intersect(before));

        await Docker.OkAsync("service", "scale", "-d", "web=3");
        await AnsweredByAsync(_daemons[2], 3);
        await Docker.OkAsync("service", "scale", "-d", "web=6");
        await AnsweredByAsync(_daemons[1], 6);
        await Docker.OkAsync("node", "update", "--availability", "drain", "n1");
        await GoneFromAsync("n1");
        var (requests, failures) = await load.StopAsync();

        Assert.Empty(failures);
        Assert.True(requests > 100, $"only {requests} requests");
        output.WriteLine($"{requests} requests, none failed");

        await Docker.OkAsync("service", "rm", "web");
        foreach (var daemon in _daemons)
        {
            await Eventually.BecomesAsync(
                () => HttpCall.TryGetAsync(daemon.Address, Port),
                answer => answer.StartsWith("failed: Connection refused", StringComparison.Ordinal),
                $"the port is closed at {daemon.Address}");
        }
    }

    [SkippableFact]
    public async Task Scenario_R57_Ports_of_a_service_come_and_go_and_clients_are_told_by_the_PROXY_protocol_where_it_is_asked_for()
    {
        await FormAsync("worker");
        await CreateAsync();
        await AnsweredByAsync(_daemons[1], Replicas);

        await Docker.OkAsync(
            "service", "update", "-d", "--publish-rm", "80", "--publish-add", $"{Port + 1}:80",
            "--label-add", "swarm.ingress.proxy-protocol=v1", "web");

        foreach (var daemon in _daemons)
        {
            await Eventually.BecomesAsync(
                () => HttpCall.TryGetAsync(daemon.Address, Port + 1),
                answer => answer.Contains("PROXY TCP4 127.0.0.1 ", StringComparison.Ordinal)
                    || answer.Contains($"PROXY TCP4 {daemon.Address} ", StringComparison.Ordinal),
                $"the new port answers at {daemon.Address}");
            await Eventually.BecomesAsync(
                () => HttpCall.TryGetAsync(daemon.Address, Port),
                answer => answer.StartsWith("failed: Connection refused", StringComparison.Ordinal),
                $"the old port is closed at {daemon.Address}");
        }

        await Docker.FailsAsync(
            "must be one of v1, v2", "service", "update", "-d", "--label-add", "swarm.ingress.proxy-protocol=v3", "web");
    }

    // Each node goes round on its own, so that a multiple of the number of tasks is the same for all of them.
    private static async Task BalancedAsync(DaemonProcess daemon)
    {
        var answers = new List<string>();
        for (var i = 0; i < 4 * Replicas; i++)
        {
            answers.Add((await HttpCall.GetAsync(daemon.Address, Port)).Split(' ')[0]);
        }

        Assert.All(answers.CountBy(slot => slot), count => Assert.Equal(4, count.Value));
    }

    private static Task AnsweredByAsync(DaemonProcess daemon, int tasks) => Eventually.BecomesAsync(
        async () =>
        {
            var answers = new List<string>();
            for (var i = 0; i < 2 * tasks; i++)
            {
                answers.Add((await HttpCall.TryGetAsync(daemon.Address, Port)).Split(' ')[0]);
            }

            return string.Join(' ', answers.Distinct().Order());
        },
        slots => slots == string.Join(' ', Enumerable.Range(1, tasks)),
        $"{tasks} tasks answer at {daemon.Address}");

    private Task<string> CreateAsync() => Docker.OkAsync(
    [
        "service", "create", "-d", "--no-resolve-image", "--name", "web", "--replicas", $"{Replicas}",
        "-p", $"{Port}:80", "-e", "SLOT={{.Task.Slot}}",
        "--health-cmd", TaskServer.HealthCommand, "--health-interval", "200ms",
        "--update-order", "start-first", "--update-parallelism", "1",
        "host", .. TaskServer.CommandLine,
    ]);

    private Task<string> GoneFromAsync(string node) => Eventually.BecomesAsync(
        async () => await Docker.OkAsync("service", "ps", "--format", "{{.Node}} {{.CurrentState}}", "web"),
        tasks => !tasks.Contains($"{node} Running", StringComparison.Ordinal)
            && tasks.Split('\n').Count(task => task.Contains(" Running ", StringComparison.Ordinal)) == 6,
        $"no task runs on {node}, and all run elsewhere");

    private async Task FormAsync(string role)
    {
        _nodes = await MeshNodes.FormAsync(role);
        _daemons.AddRange(_nodes.All);
    }

    /// <summary>A few clients that call one address after the other, without haste.</summary>
    private sealed class Load : IDisposable
    {
        private const int Clients = 4;

        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

        private readonly ConcurrentQueue<string> _failures = [];
        private readonly CancellationTokenSource _stop = new();
        private readonly Task[] _clients;
        private int _requests;

        public Load(string[] addresses, int port) =>
            _clients = [.. Enumerable.Range(0, Clients).Select(i => CallAsync(addresses, port, i))];

        public async Task<(int Requests, IReadOnlyCollection<string> Failures)> StopAsync()
        {
            await _stop.CancelAsync();
            await Task.WhenAll(_clients);
            return (_requests, _failures);
        }

        public void Dispose() => _stop.Dispose();

        private async Task CallAsync(string[] addresses, int port, int next)
        {
            while (!_stop.IsCancellationRequested)
            {
                var address = addresses[next++ % addresses.Length];
                var answer = await HttpCall.TryGetAsync(address, port);
                if (answer.StartsWith("failed", StringComparison.Ordinal))
                {
                    _failures.Enqueue($"{address}: {answer}");
                }

                Interlocked.Increment(ref _requests);
                await Task.Delay(Pause);
            }
        }
    }
}
