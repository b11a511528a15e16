namespace Swarm.Hosting.DockerApi;

/// <summary>Names of enumeration values in the Engine API, with the Engine's answers to unknown ones.</summary>
internal static class EnumText
{
    public static string Write(RestartCondition condition) => condition switch
    {
        RestartCondition.None => "none",
        RestartCondition.OnFailure => "on-failure",
        _ => "any",
    };

    public static RestartCondition ReadRestartCondition(string? text) => text?.ToUpperInvariant() switch
    {
        null or "" or "ANY" => RestartCondition.Any,
        "NONE" => RestartCondition.None,
        "ON-FAILURE" => RestartCondition.OnFailure,
        _ => throw DockerApiException.BadRequest($"invalid RestartCondition: {GoValues.Quote(text)}"),
    };

    public static string Write(FailureAction action) => action switch
    {
        FailureAction.Continue => "continue",
        FailureAction.Rollback => "rollback",
        _ => "pause",
    };

    public static FailureAction ReadFailureAction(string? text) => text switch
    {
        null or "" or "pause" => FailureAction.Pause,
        "continue" => FailureAction.Continue,
        "rollback" => FailureAction.Rollback,
        _ => throw DockerApiException.BadRequest($"unrecognized update failure action {text}"),
    };

    public static string Write(UpdateOrder order) => order == UpdateOrder.StartFirst ? "start-first" : "stop-first";

    public static UpdateOrder ReadUpdateOrder(string? text) => text switch
    {
        null or "" or "stop-first" => UpdateOrder.StopFirst,
        "start-first" => UpdateOrder.StartFirst,
        _ => throw DockerApiException.BadRequest($"unrecognized update order {text}"),
    };

    public static string Write(ResolutionMode mode) => mode == ResolutionMode.DnsRoundRobin ? "dnsrr" : "vip";

    public static ResolutionMode ReadResolutionMode(string? text) => text switch
    {
        null or "" or "vip" => ResolutionMode.Vip,
        "dnsrr" => ResolutionMode.DnsRoundRobin,
        _ => throw DockerApiException.BadRequest($"invalid resolution mode: {GoValues.Quote(text)}"),
    };

    public static string Write(PortProtocol protocol) => protocol switch
    {
        PortProtocol.Udp => "udp",
        PortProtocol.Sctp => "sctp",
        _ => "tcp",
    };

    public static PortProtocol ReadProtocol(string? text) => text?.ToUpperInvariant() switch
    {
        null or "" or "TCP" => PortProtocol.Tcp,
        "UDP" => PortProtocol.Udp,
        "SCTP" => PortProtocol.Sctp,
        _ => throw DockerApiException.BadRequest($"invalid port protocol: {GoValues.Quote(text)}"),
    };

    public static string Write(PublishMode mode) => mode == PublishMode.Host ? "host" : "ingress";

    public static PublishMode ReadPublishMode(string? text) => text?.ToUpperInvariant() switch
    {
        null or "" or "INGRESS" => PublishMode.Ingress,
        "HOST" => PublishMode.Host,
        _ => throw DockerApiException.BadRequest($"invalid publish mode: {GoValues.Quote(text)}"),
    };

    public static string Write(Isolation isolation) => isolation switch
    {
        Isolation.Process => "process",
        Isolation.HyperV => "hyperv",
        _ => "default",
    };

    public static Isolation ReadIsolation(string? text) => text?.ToUpperInvariant() switch
    {
        "PROCESS" => Isolation.Process,
        "HYPERV" => Isolation.HyperV,
        null or "" or "DEFAULT" => Isolation.Default,
        _ => throw DockerApiException.BadRequest($"invalid isolation: {GoValues.Quote(text)}"),
    };

    public static string Write(MountType type) => type switch
    {
        MountType.Volume => "volume",
        MountType.Tmpfs => "tmpfs",
        MountType.NamedPipe => "npipe",
        MountType.Cluster => "cluster",
        _ => "bind",
    };

    public static MountType ReadMountType(string? text) => text?.ToUpperInvariant() switch
    {
        "BIND" => MountType.Bind,
        "VOLUME" => MountType.Volume,
        "TMPFS" => MountType.Tmpfs,
        "NPIPE" => MountType.NamedPipe,
        "CLUSTER" => MountType.Cluster,
        // Without a type the Engine takes the first one, bind.
        null or "" => MountType.Bind,
        _ => throw DockerApiException.BadRequest($"invalid MountType: {GoValues.Quote(text)}"),
    };
}
