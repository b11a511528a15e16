namespace Swarm.DockerCli.Tests;

/// <summary>Managers of one swarm on one machine, each a process of its own.</summary>
public sealed class Managers : IAsyncDisposable
{
    private readonly List<DaemonProcess> _daemons = [];

    public IReadOnlyList<DaemonProcess> All => _daemons;

    public DaemonProcess this[int index] => _daemons[index];

    /// <summary>What the first one said when it formed the swarm.</summary>
    public string InitOutput { get; private set; } = "";

    /// <summary>Starts daemons and makes them managers of one swarm; the first one leads it.</summary>
    public static async Task<Managers> FormAsync(int count, params string[] initArguments)
    {
        Skip.If(DockerCli.Missing is not null, DockerCli.Missing ?? "");
        var managers = new Managers();
        try
        {
            await managers.StartAsync(count, initArguments);
            return managers;
        }
        catch
        {
            await managers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one more daemon and has it join as a manager.</summary>
    /// <param name="through">The manager that it asks.</param>
    public async Task<DaemonProcess> AddAsync(DaemonProcess through)
    {
        var token = (await through.Docker.OkAsync("swarm", "join-token", "-q", "manager")).Trim();
        var other = await StartOneAsync();
        await other.Docker.OkAsync(
            "swarm", "join", "--token", token, "--advertise-addr", other.Address, $"{through.Address}:2377");
        return other;
    }

    public static Task<string> CreateServiceAsync(DaemonProcess manager, string name, params string[] more) =>
        manager.Docker.OkAsync(
            ["service", "create", "-d", "--no-resolve-image", "--name", name, .. more, "host", "sleep", "1000000"]);

    /// <summary>Waits until all tasks of a service run.</summary>
    public static Task RunningAsync(DaemonProcess manager, string service, int count) => Eventually.BecomesAsync(
        async () => (await manager.Docker.RunAsync("service", "ls", "--format", "{{.Name}} {{.Replicas}}")).Output,
        output => output.Contains($"{service} {count}/{count}", StringComparison.Ordinal),
        $"{count} tasks of {service} run");

    /// <summary>Waits until the list of nodes, as lines of host name, state and manager status, is as wanted.</summary>
    public static Task NodesAsync(DaemonProcess manager, Func<string[], bool> wanted, string what) =>
        Eventually.BecomesAsync(
            async () => (await manager.Docker.RunAsync(
                "node", "ls", "--format", "{{.Hostname}} {{.Status}} {{.ManagerStatus}}")).Output,
            output => wanted(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)),
            what);

    /// <summary>Waits until a daemon says of itself that it is in a state.</summary>
    public static Task StateAsync(DaemonProcess daemon, string state) => Eventually.BecomesAsync(
        () => daemon.Docker.OkAsync("info", "--format", "{{.Swarm.LocalNodeState}}"),
        output => output.Trim() == state,
        $"the node is {state}");

    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in _daemons)
        {
            await daemon.DisposeAsync();
        }
    }

    private async Task StartAsync(int count, string[] initArguments)
    {
        var first = await StartOneAsync();
        InitOutput = await first.Docker.OkAsync(
            ["swarm", "init", "--advertise-addr", first.Address, .. initArguments]);
        while (_daemons.Count < count)
        {
            await AddAsync(first);
        }
    }

    private async Task<DaemonProcess> StartOneAsync()
    {
        var daemon = await DaemonProcess.StartAsync("--hostname", $"m{_daemons.Count}");
        _daemons.Add(daemon);
        return daemon;
    }
}
