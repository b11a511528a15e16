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
    ValueList<MeshPort> Ports)
{
    /// <summary>Its name; empty when managers that know no names told of it.</summary>
    public string Name { get; init; } = "";

    /// <summary>The networks on which it has names.</summary>
    public ValueList<MeshNetwork> Networks { get; init; }

    /// <summary>The ports that its names lead to.</summary>
    public ValueList<MeshTarget> Targets { get; init; }

    /// <summary>Its tasks; none when it has no names.</summary>
    public ValueList<MeshTask> Tasks { get; init; }

    /// <summary>Tasks that do not run yet and talk already.</summary>
    public ValueList<MeshStartingTask> Starting { get; init; }
}

/// <summary>A port that every node answers.</summary>
/// <param name="IsUdp">UDP, or else TCP.</param>
/// <param name="Published">Its number on every node.</param>
/// <param name="Backends">Where its tasks are.</param>
/// <param name="Addresses">Addresses and ranges of those of a node at which it is answered; none for the usual ones.</param>
internal sealed record MeshPort(
    bool IsUdp,
    int Published,
    ValueList<MeshBackend> Backends,
    ValueList<string> Addresses = default);

/// <summary>Where a task is.</summary>
/// <param name="NodeId">Its node.</param>
/// <param name="Address">The node's address.</param>
/// <param name="Port">The port of that node at which it listens.</param>
/// <param name="IsDraining">It is about to stop, or its node is down.</param>
internal sealed record MeshBackend(NodeId NodeId, string Address, int Port, bool IsDraining);

/// <summary>A network on which a service has names.</summary>
/// <param name="Id">The network.</param>
/// <param name="Name">Its name.</param>
/// <param name="Address">The service's virtual address there; empty when its name leads to its tasks.</param>
/// <param name="Aliases">Further names of the service there.</param>
internal sealed record MeshNetwork(NetworkId Id, string Name, string Address, ValueList<string> Aliases);

/// <summary>A port that the names of a service lead to.</summary>
/// <param name="IsUdp">UDP, or else TCP.</param>
/// <param name="Port">Its number.</param>
/// <param name="IsPublished">Tasks expect there whatever the routing mesh sends.</param>
internal sealed record MeshTarget(bool IsUdp, int Port, bool IsPublished);

/// <summary>A task with names.</summary>
/// <param name="Names">Its names, the one for people first.</param>
/// <param name="NodeId">Its node.</param>
/// <param name="Address">The node's address.</param>
/// <param name="IsDraining">It is about to stop, or its node is down.</param>
/// <param name="Addresses">Its addresses on networks.</param>
/// <param name="Ports">Where on its node it listens.</param>
internal sealed record MeshTask(
    ValueList<string> Names,
    NodeId NodeId,
    string Address,
    bool IsDraining,
    ValueList<MeshTaskAddress> Addresses,
    ValueList<MeshTaskPort> Ports)
{
    /// <summary>Whether its node gives tasks their addresses, so that it can be reached at them.</summary>
    public bool IsOnOverlay { get; init; }
}

/// <summary>A task that is about to run.</summary>
/// <param name="NodeId">Its node.</param>
/// <param name="Address">The node's address.</param>
/// <param name="Addresses">Its addresses on networks.</param>
internal sealed record MeshStartingTask(NodeId NodeId, string Address, ValueList<MeshTaskAddress> Addresses);

/// <summary>A task's address on a network.</summary>
/// <param name="NetworkId">The network.</param>
/// <param name="Address">The address, without a prefix length.</param>
internal sealed record MeshTaskAddress(NetworkId NetworkId, string Address);

/// <summary>A port at which a task listens.</summary>
/// <param name="IsUdp">UDP, or else TCP.</param>
/// <param name="Target">Its number for those who know the task's name.</param>
/// <param name="Port">Its number on the node.</param>
internal sealed record MeshTaskPort(bool IsUdp, int Target, int Port);

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
