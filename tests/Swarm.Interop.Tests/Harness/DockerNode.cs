namespace Swarm.Interop.Tests.Harness;

/// <summary>Our daemon with a Docker Engine of its own beside it, which runs its tasks.</summary>
internal sealed class DockerNode : Peer
{
    private static readonly TimeSpan EngineLimit = TimeSpan.FromSeconds(60);

    private SandboxProcess? _engine;

    private DockerNode(Sandbox sandbox)
        : base(sandbox)
    {
        EngineDocker = new($"unix://{EngineSocket}");
    }

    public override bool IsOurs => true;

    /// <summary>The docker command, pointed at the engine itself.</summary>
    public DockerCli EngineDocker { get; }

    private string EngineSocket => Path.Combine(Machine.Folder, "engine.sock");

    private string EngineLog => Path.Combine(Machine.Folder, "engine.log");

    protected override IReadOnlyList<string> Command =>
    [
        Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet",
        Path.Combine(AppContext.BaseDirectory, "swarm.dll"),
        "daemon", "--api", $"unix://{Socket}", "--state", $"{Sandbox.State}/swarm",
        "--listen", $"0.0.0.0:{SwarmDaemon.SwarmPort}", "--advertise", Address, "--hostname", Name,
        "--executor", "docker", "--engine", $"unix://{EngineSocket}", "--label", "kind=ours",
    ];

    public static async Task<DockerNode> StartAsync(TestMachine machine)
    {
        var node = new DockerNode(await Sandbox.StartAsync(machine));
        try
        {
            await node.StartEngineAsync();
            await TestImage.ImportAsync(node.EngineDocker, machine.Folder);
            await node.StartAsync();
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }

        return node;
    }

    /// <summary>Ids of the running containers of a service.</summary>
    public Task<string[]> ContainersAsync(string service) => EngineDocker.LinesAsync(
        "ps", "--quiet", "--no-trunc", "--filter", $"label=com.docker.swarm.service.name={service}");

    /// <summary>One field of a container, by its Go template, as the engine tells it.</summary>
    public async Task<string> InspectAsync(string container, string template) =>
        (await EngineDocker.OkAsync("inspect", "--format", template, container)).Trim();

    public async Task StartEngineAsync()
    {
        _engine?.Dispose();
        _engine = Sandbox.Start(
            EngineLog,
            [
                "dockerd", "--data-root", $"{Sandbox.State}/data", "--exec-root", $"{Sandbox.State}/exec",
                "--pidfile", $"{Sandbox.State}/pid", "--host", $"unix://{EngineSocket}",
                "--label", "disk=ssd", "--node-generic-resource", "gpu=UUID1",
                "--cgroup-parent", $"/{Path.GetFileName(Path.GetDirectoryName(Machine.Folder))}/{Name}",
            ]);
        using var api = new EngineApi(EngineSocket);
        await Eventually.BecomesTrueAsync(
            async () => _engine.HasExited || await api.AnswersAsync(),
            $"the engine of {Name} answers",
            () => Task.FromResult(_engine.Tail()),
            EngineLimit);
        Assert.False(_engine.HasExited, $"the engine of {Name} ended; {_engine.Tail()}");
    }

    public Task<int> StopEngineAsync() => _engine!.EndAsync("TERM");
}
