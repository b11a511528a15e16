using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Swarm.Interop.Tests.Harness;

/// <summary>A daemon that speaks Docker's API, on a machine of its own.</summary>
internal abstract class Peer(Sandbox sandbox) : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan GossipLimit = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan GossipPause = TimeSpan.FromMilliseconds(100);

    // Port 7946, in the state LISTEN.
    private static readonly Regex GossipListener = new(":1F0A 0+:0000 0A ", RegexOptions.NonBacktracking);

    private SandboxProcess? _process;

    public TestMachine Machine => Sandbox.Machine;

    public string Name => Machine.Name;

    public string Address => Machine.Address;

    public string Socket => Path.Combine(Machine.Folder, "api.sock");

    public string Log => Path.Combine(Machine.Folder, "daemon.log");

    public DockerCli Docker { get; } = new($"unix://{Path.Combine(sandbox.Machine.Folder, "api.sock")}");

    public EngineApi Api { get; } = new(Path.Combine(sandbox.Machine.Folder, "api.sock"));

    /// <summary>Whether this is our daemon, not Docker's.</summary>
    public abstract bool IsOurs { get; }

    /// <summary>The daemon's process id, as seen from outside.</summary>
    public int? ProcessId => _process?.Id;

    protected Sandbox Sandbox { get; } = sandbox;

    protected abstract IReadOnlyList<string> Command { get; }

    /// <summary>Starts the daemon, with whatever state it left, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        _process?.Dispose();
        _process = Sandbox.Start(Log, Command);
        await Eventually.BecomesTrueAsync(
            async () => _process.HasExited || await Api.AnswersAsync(),
            $"the daemon of {Name} answers",
            () => Task.FromResult(_process.Tail()),
            StartLimit);
        Assert.False(_process.HasExited, $"the daemon of {Name} ended; {_process.Tail()}");
    }

    /// <summary>Asks the daemon to stop, as a service manager does.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> StopAsync() => _process!.EndAsync("TERM");

    /// <summary>Kills the daemon; what it started is left to itself.</summary>
    public Task KillAsync() => _process!.EndAsync("KILL");

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Leaves the swarm, if it is in one, and its gossip with it.</summary>
    /// <remarks>
    /// A dockerd that does not get its leave across within a second, as on a busy machine, keeps the port of the gossip.
    /// In its next swarm it can then not listen there, and its networks never hear of the other engines.
    /// </remarks>
    public async Task LeaveAsync()
    {
        var left = await Docker.RunAsync("swarm", "leave", "--force");
        Assert.True(
            left.ExitCode == 0 || left.Error.Contains("not part of a swarm", StringComparison.Ordinal), left.ToString());
        if (!await HasLeftGossipAsync())
        {
            Assert.False(IsOurs, $"{Name} has left its swarm and still listens for gossip; {Tail()}");
            await RestartAsync();
        }
    }

    /// <summary>The engine's own view: <c>docker info</c>, one field by its Go template.</summary>
    public async Task<string> InfoAsync(string template) => (await Docker.OkAsync("info", "--format", template)).Trim();

    public Task<CommandResult> RunAsync(params string[] command) => Sandbox.RunAsync(command);

    public string Tail(int lines = 25) => LogText.Tail(Log, lines);

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        _process?.Dispose();
        await Sandbox.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async Task<bool> HasLeftGossipAsync()
    {
        for (var asked = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(asked) < GossipLimit;)
        {
            if (!GossipListener.IsMatch((await RunAsync("cat", "/proc/net/tcp", "/proc/net/tcp6")).Output))
            {
                return true;
            }

            await Task.Delay(GossipPause);
        }

        return false;
    }
}
