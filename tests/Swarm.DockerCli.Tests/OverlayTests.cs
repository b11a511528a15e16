using System.Text.RegularExpressions;

namespace Swarm.DockerCli.Tests;

/// <summary>Tasks that are processes with addresses of overlay networks, on two machines.</summary>
#pragma warning disable CA1001 // IAsyncLifetime disposes of the nodes.
public sealed partial class OverlayTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly DaemonProcess[] _nodes = new DaemonProcess[2];
    private TwoMachines? _machines;
    private string[] _traces = [];

    private static string? Obstacle => DockerCli.Missing ?? TwoMachines.Missing;

    private DockerCli Docker => _nodes[0].Docker;

    public async Task InitializeAsync()
    {
        if (Obstacle is not null)
        {
            return;
        }

        _traces = TwoMachines.Traces();
        _machines = await TwoMachines.StartAsync();
        for (var number = 0; number < 2; number++)
        {
            _nodes[number] = await DaemonProcess.StartWithinAsync(
                TwoMachines.SpaceOf(number + 1),
                TwoMachines.AddressOf(number + 1),
                "--overlay", "--hostname", $"n{number}");
        }

        await Docker.OkAsync("swarm", "init", "--advertise-addr", _nodes[0].Address);
        var token = (await Docker.OkAsync("swarm", "join-token", "-q", "worker")).Trim();
        await _nodes[1].Docker.OkAsync(
            "swarm", "join", "--token", token, "--advertise-addr", _nodes[1].Address, $"{_nodes[0].Address}:2377");
        await Docker.OkAsync("network", "create", "-d", "overlay", "--subnet", "10.9.1.0/24", "front");
    }

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes.Reverse().OfType<DaemonProcess>())
        {
            await node.DisposeAsync();
        }

        if (_machines is not null)
        {
            await _machines.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task Tasks_on_two_machines_reach_each_other_by_name_and_address_and_are_reached_from_outside()
    {
        Skip.If(Obstacle is not null, Obstacle ?? "");
        await StartAsync();

        // By the virtual address, and by the addresses of the tasks themselves.
        Assert.All(Asked().Matches(await LogsAsync("asker")), match => Assert.Equal("10.9.1.2", match.Groups[1].Value));
        var container = (await Docker.OkAsync("ps", "-q", "--filter", "name=asker")).Trim();
        await Eventually.BecomesAsync(
            async () => string.Join(' ', Address().Matches((await Docker.RunAsync(
                "exec", container, "getent", "ahostsv4", "tasks.web")).Output).Select(match => match.Value).Distinct()),
            found => found.Split(' ').Length == 2 && !found.Contains("10.9.1.2 ", StringComparison.Ordinal),
            "tasks are found one by one");

        // Each machine answers for both; a task listens at its own port, whatever number its node has for it.
        foreach (var machine in new[] { 1, 2 })
        {
            var seen = new HashSet<string>();
            await Eventually.BecomesAsync(
                async () =>
                {
                    var (_, output) = await TwoMachines.OnAsync(
                        machine,
                        "timeout", "5", "bash", "-c",
                        @"exec 3<>/dev/tcp/198.51.100.2/8080; printf 'GET / HTTP/1.0\r\n\r\n' >&3; tail -n 1 <&3");
                    seen.UnionWith(output.Split(' ').Take(1));
                    return string.Join(',', seen);
                },
                _ => seen.IsSupersetOf(["n0", "n1"]),
                $"machine {machine} reaches both tasks at a published port");
        }

        await Docker.OkAsync("service", "rm", "web", "asker");
        await Eventually.BecomesAsync(
            () => Task.FromResult(string.Join('\n', TwoMachines.Traces().Except(_traces))),
            left => left.Length == 0,
            "nothing is left of the networks");
    }

    [SkippableFact]
    public async Task A_node_that_was_killed_takes_its_tasks_over_with_their_networks()
    {
        Skip.If(Obstacle is not null, Obstacle ?? "");
        await StartAsync();
        var tasks = await TasksAsync();

        await _nodes[1].KillAsync();
        await _nodes[1].RestartAsync();
        await Eventually.BecomesAsync(
            () => Docker.OkAsync("node", "ls", "--format", "{{.Hostname}} {{.Status}}"),
            list => list.Contains("n1 Ready", StringComparison.Ordinal),
            "the node is back");
        var before = Asked().Count(await LogsAsync("asker"));
        await Eventually.BecomesAsync(
            () => LogsAsync("asker"),
            lines => Asked().Count(lines) > before + 20,
            "names and networks work again");

        Assert.Equal(tasks, await TasksAsync());
    }

    [SkippableFact]
    public async Task A_network_that_cannot_be_encrypted_here_gets_no_tasks()
    {
        Skip.If(Obstacle is not null, Obstacle ?? "");
        await Docker.OkAsync("network", "create", "-d", "overlay", "--opt", "encrypted", "secret");
        await Docker.OkAsync(
            "service", "create", "-d", "--no-resolve-image", "--name", "shy", "--network", "secret", "host", "sleep", "600");

        var states = await Eventually.BecomesAsync(
            () => Docker.OkAsync("service", "ps", "--no-trunc", "--format", "{{.CurrentState}} {{.Error}}", "shy"),
            list => list.Contains("Rejected", StringComparison.Ordinal) || list.Contains("Running", StringComparison.Ordinal),
            "the task runs or is rejected");
        Skip.If(states.Contains("Running", StringComparison.Ordinal), "the kernel of this machine can encrypt");
        Assert.Contains("network secret cannot be on this node: the network is encrypted, and", states, StringComparison.Ordinal);
    }

    [GeneratedRegex("asked ([0-9.]+): (n[01])")]
    private static partial Regex Asked();

    [GeneratedRegex("10\\.9\\.1\\.[0-9]+")]
    private static partial Regex Address();

    // Lines are such as "asker.xyz@n1 | asked 10.9.1.2: n0 …".
    private static HashSet<string> Senders(string lines, string node) => lines
        .Split('\n')
        .Where(line => line.Split('|')[0].Trim().EndsWith($"@{node}", StringComparison.Ordinal))
        .SelectMany(line => Asked().Matches(line))
        .Select(match => match.Groups[2].Value)
        .ToHashSet(StringComparer.Ordinal);

    // A node that has just come back may not tell its part yet.
    private async Task<string> LogsAsync(string service) => (await Docker.RunAsync("service", "logs", service)).Output;

    private async Task<string> TasksAsync() => await Docker.OkAsync(
        "service", "ps", "-q", "--no-trunc", "--filter", "desired-state=running", "web");

    // From both machines, both tasks.
    private async Task StartAsync()
    {
        await CreateWebAsync();
        await CreateAskerAsync("asker", "web");
        await Eventually.BecomesAsync(
            () => LogsAsync("asker"),
            lines => Senders(lines, "n0").Count == 2 && Senders(lines, "n1").Count == 2,
            "tasks on both machines reach tasks on both machines by name");
    }

    private async Task CreateWebAsync()
    {
        const string script = "echo \"$NODE served at $PORT\" > index.html; exec busybox httpd -f -p 80";
        await Docker.OkAsync(
        [
            "service", "create", "-d", "--no-resolve-image", "--name", "web", "--network", "front", "--mode", "global",
            "--publish", "8080:80", "--env", "NODE={{.Node.Hostname}}", "host", "sh", "-c", script,
        ]);
    }

    private async Task CreateAskerAsync(string name, string host) => await Docker.OkAsync(
    [
        "service", "create", "-d", "--no-resolve-image", "--name", name, "--network", "front", "--mode", "global",
        "host", "dotnet", typeof(OverlayTests).Assembly.Location, "ask", host, "80",
    ]);
}
