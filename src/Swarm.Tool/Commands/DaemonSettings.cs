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
    string? MetricsAddress,
    string Secrets,
    bool KeepTasks,
    string Dataplane,
    bool Overlay = false,
    bool Initialize = false)
{
    /// <summary>Why the daemon cannot run like this; null when it can.</summary>
    public string? Fault() => this switch
    {
        { Executor: not ("process" or "docker" or "memory") } =>
            $"--executor {Executor} is unknown; use process, docker or memory",
        { Engine: not null, Executor: not "docker" } => "--engine is for --executor docker only",
        { Engine: { } engine } when Api.Contains(engine, StringComparer.Ordinal) =>
            $"--engine {engine} is this daemon's own --api; name the address of the Docker Engine",
        { Secrets: not ("sealed" or "plain") } => $"--secrets {Secrets} is unknown; use sealed or plain",
        { Dataplane: not ("userspace" or "nftables" or "ipvs") } =>
            $"--dataplane {Dataplane} is unknown; use userspace, nftables or ipvs",
        { Overlay: true, Executor: not "process" } => "--overlay is for --executor process only",
        { MetricsAddress: { } metrics } when !IsAddress(metrics) =>
            $"--metrics-addr {metrics} must be IP:PORT, such as 127.0.0.1:9323",
        _ => Labels.FirstOrDefault(label => label.IndexOf('=', StringComparison.Ordinal) < 1) is { } bad
            ? $"--label {bad} must be key=value"
            : null,
    };

    private static bool IsAddress(string text) =>
        text.Contains(':', StringComparison.Ordinal) && System.Net.IPEndPoint.TryParse(text, out _);
}
