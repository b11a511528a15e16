namespace Swarm.Hosting.Mesh;

/// <summary>What the mesh of every node has to know of a service.</summary>
/// <param name="Id">The service.</param>
/// <param name="Balancer">How a task is chosen, in the words of the label <see cref="ServiceLabels.IngressBalancer"/>.</param>
/// <param name="ProxyProtocol">Version of the PROXY protocol; 0 for none.</param>
/// <param name="DrainTimeout">How long connections to a task that stops may go on.</param>
/// <param name="Ports">The ports that every node answers.</param>
internal sealed record MeshService(
    ServiceId Id,
    string Balancer,
    int ProxyProtocol,
    TimeSpan DrainTimeout,
    ValueList<MeshPort> Ports);

/// <summary>A port that every node answers.</summary>
/// <param name="IsUdp">UDP, or else TCP.</param>
/// <param name="Published">Its number on every node.</param>
/// <param name="Backends">Where its tasks are.</param>
internal sealed record MeshPort(bool IsUdp, int Published, ValueList<MeshBackend> Backends);

/// <summary>Where a task is.</summary>
/// <param name="NodeId">Its node.</param>
/// <param name="Address">The node's address.</param>
/// <param name="Port">The port of that node at which it listens.</param>
/// <param name="IsDraining">It is about to stop, or its node is down.</param>
internal sealed record MeshBackend(NodeId NodeId, string Address, int Port, bool IsDraining);

/// <summary>News of the mesh.</summary>
/// <param name="Version">What the reader has once it has taken them: a version of the store.</param>
/// <param name="IsComplete">What is not named is gone.</param>
/// <param name="Services">Services that are new or have changed.</param>
/// <param name="Removed">Services that are answered no longer.</param>
internal sealed record MeshUpdate(
    ulong Version,
    bool IsComplete,
    ValueList<MeshService> Services,
    ValueList<ServiceId> Removed);
