namespace Swarm.Interop.Tests.Harness;

/// <summary>A real Docker Engine; dockerd starts its own containerd.</summary>
internal sealed class DockerEngine : Peer
{
    private DockerEngine(Sandbox sandbox)
        : base(sandbox)
    {
    }

    public override bool IsOurs => false;

    // Everything but the socket and the log is in the sandbox's memory: fast, private, and gone with it.
    protected override IReadOnlyList<string> Command =>
    [
        "dockerd", "--data-root", $"{Sandbox.State}/data", "--exec-root", $"{Sandbox.State}/exec",
        "--pidfile", $"{Sandbox.State}/pid", "--host", $"unix://{Socket}",
        "--cgroup-parent", $"/{Path.GetFileName(Path.GetDirectoryName(Machine.Folder))}/{Name}",
    ];

    /// <summary>Starts an engine and gives it the test images.</summary>
    public static async Task<DockerEngine> StartAsync(TestMachine machine)
    {
        var engine = new DockerEngine(await Sandbox.StartAsync(machine));
        try
        {
            await engine.StartAsync();
            await TestImage.ImportAsync(engine.Docker, machine.Folder);
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }

        return engine;
    }

    /// <summary>Ids of the running containers of a service on this engine.</summary>
    public Task<string[]> ContainersAsync(string service) => Docker.LinesAsync(
        "ps", "--quiet", "--no-trunc", "--filter", $"label=com.docker.swarm.service.name={service}");

    public Task<CommandResult> ExecAsync(string container, params string[] command) =>
        Docker.RunAsync(["exec", container, .. command]);
}
