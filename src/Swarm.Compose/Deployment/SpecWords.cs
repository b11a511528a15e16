using System.Globalization;
using Swarm.Compose.Shapes;
using Swarm.Compose.Values;

namespace Swarm.Compose.Deployment;

/// <summary>Words of the stack format that name one of a few things. The docker command leaves it to the manager to refuse
/// others; here they are refused before anything is written.</summary>
internal sealed class SpecWords(StackRecord service)
{
    private const ulong MostTasks = 1_000_000;

    public FailureAction FailureAction(string word, string section) => word switch
    {
        "" or "pause" => Swarm.FailureAction.Pause,
        "continue" => Swarm.FailureAction.Continue,
        "rollback" when section == "update_config" => Swarm.FailureAction.Rollback,
        _ => throw Unknown(word, "failure action", "deploy", section, "failure_action"),
    };

    public RestartCondition RestartCondition(string word) => word switch
    {
        "" or "any" => Swarm.RestartCondition.Any,
        "on-failure" => Swarm.RestartCondition.OnFailure,
        "none" => Swarm.RestartCondition.None,
        _ => throw Unknown(word, "restart condition", "deploy", "restart_policy", "condition"),
    };

    public ResolutionMode ResolutionMode(string? word) => word switch
    {
        null or "" or "vip" => Swarm.ResolutionMode.Vip,
        "dnsrr" => Swarm.ResolutionMode.DnsRoundRobin,
        _ => throw Unknown(word, "endpoint mode", "deploy", "endpoint_mode"),
    };

    public PortProtocol Protocol(string word) => word switch
    {
        "" or "tcp" => PortProtocol.Tcp,
        "udp" => PortProtocol.Udp,
        "sctp" => PortProtocol.Sctp,
        _ => throw Unknown(word, "protocol", "ports"),
    };

    public PublishMode PublishMode(string word) => word switch
    {
        "" or "ingress" => Swarm.PublishMode.Ingress,
        "host" => Swarm.PublishMode.Host,
        _ => throw Unknown(word, "publish mode", "ports"),
    };

    public Isolation Isolation(string word) => word.ToLowerInvariant() switch
    {
        "" or "default" => Swarm.Isolation.Default,
        "process" => Swarm.Isolation.Process,
        "hyperv" => Swarm.Isolation.HyperV,
        _ => throw Unknown(word, "isolation", "isolation"),
    };

    public MountType MountType(string word) => word switch
    {
        "" or "volume" => Swarm.MountType.Volume,
        "bind" => Swarm.MountType.Bind,
        "tmpfs" => Swarm.MountType.Tmpfs,
        "npipe" => Swarm.MountType.NamedPipe,
        "cluster" => Swarm.MountType.Cluster,
        _ => throw Unknown(word, "volume type", "volumes"),
    };

    public int Port(ulong number) => number <= ushort.MaxValue
        ? (int)number
        : throw Fail(string.Create(
            CultureInfo.InvariantCulture, $"invalid port number {number}: Must be at most 65535"), "ports");

    public long Count(ulong number) => number <= MostTasks
        ? (long)number
        : throw Fail($"Number of replicas must be at most {MostTasks}", "deploy", "replicas");

    private StackFileException Unknown(string word, string what, params ReadOnlySpan<string> path) =>
        Fail($"unknown {what} {GoText.Quote(word)}", path);

    private StackFileException Fail(string message, params ReadOnlySpan<string> path) =>
        new(message, service.MarkOf(path));
}
