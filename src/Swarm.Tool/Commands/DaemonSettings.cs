namespace Swarm.Tool.Commands;

/// <summary>The options of <c>swarm daemon</c>.</summary>
internal sealed record DaemonSettings(
    IReadOnlyList<string> Api,
    string State,
    string Listen,
    string? Advertise,
    string Executor,
    string? Engine,
    string? Hostname,
    IReadOnlyList<string> Labels,
    string Dashboard,
    bool DashboardActions,
    string Secrets,
    bool KeepTasks)
{
    /// <summary>Why the daemon cannot run like this; null when it can.</summary>
    public string? Fault() => this switch
    {
        { Executor: "docker" } => "--executor docker is not supported by this version; use process or memory",
        { Executor: not ("process" or "memory") } => $"--executor {Executor} is unknown; use process or memory",
        { Engine: not null } => "--engine is not supported by this version: no request is passed to a Docker Engine",
        { Secrets: not ("sealed" or "plain") } => $"--secrets {Secrets} is unknown; use sealed or plain",
        _ => Labels.FirstOrDefault(label => label.IndexOf('=', StringComparison.Ordinal) < 1) is { } bad
            ? $"--label {bad} must be key=value"
            : null,
    };
}
