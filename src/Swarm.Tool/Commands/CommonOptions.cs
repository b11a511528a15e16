using System.CommandLine;

namespace Swarm.Tool.Commands;

/// <summary>Options that commands share.</summary>
internal static class CommonOptions
{
    /// <summary>The daemon that a command talks to.</summary>
    public static Option<string> Host() => new("--host", "-H")
    {
        Description = "Address of the daemon: unix:///path.sock or tcp://127.0.0.1:N. Default: DOCKER_HOST, or docker's socket.",
        DefaultValueFactory = _ => EngineConnection.DefaultAddress,
    };

    /// <summary>How long tasks must run before a service counts as converged.</summary>
    public static Option<TimeSpan?> Stable() => DurationOption.Create(
        "--stable",
        "How long all tasks must have run, such as 1s; 0s is enough for tasks with health checks. Default: each "
        + "service's monitor period, 5s unless it says otherwise.",
        allowsZero: true);

    /// <summary>Results for programs.</summary>
    public static Option<bool> Json() => new("--json")
    {
        Description = "Print the result as JSON, one document a line.",
    };
}
