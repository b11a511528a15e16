namespace Swarm;

/// <summary>A port of a service that is reachable from outside.</summary>
/// <param name="TargetPort">The port a task listens on.</param>
/// <param name="PublishedPort">The port seen outside; 0 lets the swarm choose.</param>
/// <param name="Protocol">The transport.</param>
/// <param name="Mode">On every node, or only where a task runs.</param>
/// <param name="Name">A free name; may be empty.</param>
public sealed record PortPublication(
    int TargetPort,
    int PublishedPort = 0,
    PortProtocol Protocol = PortProtocol.Tcp,
    PublishMode Mode = PublishMode.Ingress,
    string Name = "");
