namespace Swarm.Interop.Tests.Harness;

/// <summary>Our daemon.</summary>
internal sealed class SwarmDaemon : Peer
{
    public const int SwarmPort = 2377;

    private SwarmDaemon(Sandbox sandbox)
        : base(sandbox)
    {
    }

    public override bool IsOurs => true;

    protected override IReadOnlyList<string> Command =>
    [
        Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet",
        Path.Combine(AppContext.BaseDirectory, "swarm.dll"),
        "daemon", "--api", $"unix://{Socket}", "--state", $"{Sandbox.State}/swarm",
        "--listen", $"0.0.0.0:{SwarmPort}", "--advertise", Address, "--hostname", Name,
    ];

    public static async Task<SwarmDaemon> StartAsync(TestMachine machine)
    {
        var daemon = new SwarmDaemon(await Sandbox.StartAsync(machine));
        try
        {
            await daemon.StartAsync();
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }

        return daemon;
    }
}
