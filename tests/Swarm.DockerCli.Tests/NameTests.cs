using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit.Abstractions;

namespace Swarm.DockerCli.Tests;

/// <summary>Services whose tasks are processes of several nodes, and that find each other by name.</summary>
#pragma warning disable CA1001 // IAsyncLifetime disposes of the nodes.
public sealed class NameTests(ITestOutputHelper output) : IAsyncLifetime
#pragma warning restore CA1001
{
    private const int Replicas = 3;

    private MeshNodes _nodes = null!;

    private DockerCli Docker => _nodes.Docker;

    public async Task InitializeAsync()
    {
        if (DockerCli.Missing is null)
        {
            _nodes = await MeshNodes.FormAsync("worker");
            await Docker.OkAsync("network", "create", "-d", "overlay", "front");
            await Docker.OkAsync("network", "create", "-d", "overlay", "back");
        }
    }

    public async Task DisposeAsync()
    {
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task A_task_reaches_another_service_by_its_name_and_port_wherever_its_tasks_are()
    {
        Skip.If(DockerCli.Missing is not null, DockerCli.Missing ?? "");
        await CreateWebAsync("web");
        var client = await CreateClientAsync("client", "n2", "front");

        var address = await NamedAsync(client, "web", 1);
        Assert.StartsWith("127.", address, StringComparison.Ordinal);
        Assert.Equal(address, await AskAsync(client, "web.front"));
        Assert.Equal(address, await AskAsync(client, "www"));
        var tasks = (await NamedAsync(client, "tasks.web", Replicas)).Split(' ');
        await AnsweredAsync(address, Replicas);
        foreach (var task in tasks)
        {
            await AnsweredAsync(task, 1);
        }

        var name = (await Docker.OkAsync("service", "ps", "--no-trunc", "--format", "{{.Name}}.{{.ID}}", "web")).Split('\n')[0];
        Assert.Contains(await AskAsync(client, name), tasks);
        Assert.Equal($"{address}:80", client.Variables["SWARM_SERVICE_WEB"]);
        Assert.Matches("^[1-3] hello$", await SendAsync(address, 53, "hello"));
    }

    [SkippableFact]
    public async Task Names_come_and_go_with_services_and_reach_no_further_than_their_networks()
    {
        Skip.If(DockerCli.Missing is not null, DockerCli.Missing ?? "");
        var inFront = await CreateClientAsync("client", "n1", "front");
        var behind = await CreateClientAsync("behind", "n1", "back");
        await CreateWebAsync("web");

        var address = await NamedAsync(inFront, "web", 1);
        await AnsweredAsync(address, Replicas);
        Assert.DoesNotContain("127.", await AskAsync(behind, "web"), StringComparison.Ordinal);
        Assert.DoesNotContain("127.", await AskAsync(behind, "tasks.web"), StringComparison.Ordinal);
        Assert.StartsWith("127.", await NamedAsync(behind, "behind", 1), StringComparison.Ordinal);

        await Docker.OkAsync("service", "update", "-d", "--endpoint-mode", "dnsrr", "web");
        await _nodes.UpdatedAsync("web");
        await NamedAsync(inFront, "web", Replicas);

        await Docker.OkAsync("service", "rm", "web");
        await Eventually.BecomesAsync(
            () => AskAsync(inFront, "web"),
            answer => !answer.StartsWith("127.", StringComparison.Ordinal),
            "the name is gone");
    }

    [SkippableFact]
    public async Task A_program_that_knows_nothing_of_a_swarm_finds_services_by_name_where_tasks_have_a_view_of_their_own()
    {
        Skip.If(DockerCli.Missing is not null, DockerCli.Missing ?? "");
        Skip.IfNot(Environment.IsPrivilegedProcess, "a file of its own in place of /etc/resolv.conf needs root");
        await CreateWebAsync("web");
        await Docker.OkAsync(
        [
            "service", "create", "-d", "--no-resolve-image", "--name", "asker", "--network", "front",
            "host", "dotnet", typeof(NameTests).Assembly.Location, "ask", "web", "80",
        ]);

        var log = await Eventually.BecomesAsync(
            () => Docker.OkAsync("service", "logs", "--raw", "asker"),
            lines => lines.Contains("asked 127.", StringComparison.Ordinal),
            "the service is asked by its name");
        Assert.Matches("asked 127[.0-9]+: [1-3] ", log);
    }

    [SkippableFact]
    public async Task Scenario_R52_Names_are_right_again_soon_after_a_node_was_away()
    {
        Skip.If(DockerCli.Missing is not null, DockerCli.Missing ?? "");
        await CreateWebAsync("web");
        var client = await CreateClientAsync("client", "n2", "front");
        var before = await NamedAsync(client, "tasks.web", Replicas);

        await _nodes[2].SignalAsync("STOP");
        await Docker.OkAsync("service", "update", "-d", "--force", "--constraint-add", "node.hostname!=n2", "web");
        await Eventually.BecomesAsync(
            () => Docker.OkAsync("node", "ls", "--format", "{{.Hostname}} {{.Status}}"),
            list => list.Contains("n2 Down", StringComparison.Ordinal),
            "the node is down");
        await _nodes.UpdatedAsync("web");
        await _nodes[2].SignalAsync("CONT");

        // The client is another task soon: that of a node that is down is replaced.
        var back = Stopwatch.GetTimestamp();
        var after = await Eventually.BecomesAsync(
            async () => await FindClientAsync("client", "n2") is { } current
                ? await AskAsync(current, "tasks.web")
                : "nobody asks",
            answer => answer.Split(' ') is { Length: Replicas } tasks
                && tasks.All(task => IPAddress.TryParse(task, out _))
                && !tasks.Intersect(before.Split(' ')).Any(),
            "the new tasks have names, and the old ones have none");
        output.WriteLine($"right after {Stopwatch.GetElapsedTime(back).TotalSeconds:0.0} s");
        foreach (var task in after.Split(' '))
        {
            await AnsweredAsync(task, 1);
        }
    }

    private Task<string> CreateWebAsync(string name) => Docker.OkAsync(
    [
        "service", "create", "-d", "--no-resolve-image", "--name", name, "--replicas", $"{Replicas}",
        "--network", "name=front,alias=www", "--label", "swarm.expose=80,53/udp", "-e", "SLOT={{.Task.Slot}}",
        "--health-cmd", TaskServer.HealthCommand, "--health-interval", "200ms",
        "--update-order", "start-first", "--update-parallelism", "0", "--update-monitor", "1s",
        "host", .. TaskServer.CommandLine,
    ]);

    private async Task<Client> CreateClientAsync(string name, string node, string network)
    {
        await Docker.OkAsync(
            "service", "create", "-d", "--no-resolve-image", "--name", name, "--network", network,
            "--constraint", $"node.hostname=={node}", "host", "sleep", "1000000");
        return (await Eventually.BecomesAsync(
            () => FindClientAsync(name, node), client => client is not null, $"{name} runs on {node}"))!;
    }

    /// <summary>The client as it is now; null while none runs.</summary>
    private async Task<Client?> FindClientAsync(string name, string node)
    {
        var own = _nodes[node[1] - '0'].Docker;
        var container = (await own.OkAsync("ps", "-q", "--no-trunc", "--filter", $"name={name}")).Trim();
        var inspected = await own.RunAsync(
            "inspect", "-f", "{{range .Config.Env}}{{println .}}{{end}}", container);
        var variables = inspected.Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return inspected.ExitCode == 0 ? new Client(IPEndPoint.Parse(variables["SWARM_DNS"]), variables) : null;
    }

    private static Task<string> AskAsync(Client client, string name) => NameQuestion.AskAsync(client.Server, name);

    private static Task<string> NamedAsync(Client client, string name, int addresses) => Eventually.BecomesAsync(
        () => AskAsync(client, name),
        answer => answer.StartsWith("127.", StringComparison.Ordinal) && answer.Split(' ').Length == addresses,
        $"{name} has {addresses} addresses");

    private static Task<string> AnsweredAsync(string address, int tasks) => Eventually.BecomesAsync(
        async () =>
        {
            var slots = new HashSet<string>();
            for (var i = 0; i < 2 * tasks; i++)
            {
                slots.Add((await HttpCall.TryGetAsync(address, 80)).Split(' ')[0]);
            }

            return string.Join(' ', slots);
        },
        slots => slots.Split(' ').Length == tasks && !slots.Contains("failed", StringComparison.Ordinal),
        $"{tasks} tasks answer at {address}");

    private static async Task<string> SendAsync(string address, int port, string packet)
    {
        using var socket = new UdpClient(address, port);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await socket.SendAsync(Encoding.ASCII.GetBytes(packet), limit.Token);
        return Encoding.ASCII.GetString((await socket.ReceiveAsync(limit.Token)).Buffer);
    }

    /// <summary>A task that others can be asked for in its place.</summary>
    private sealed record Client(IPEndPoint Server, IReadOnlyDictionary<string, string> Variables);
}
