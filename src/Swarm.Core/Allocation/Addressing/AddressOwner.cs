namespace Swarm.Allocation.Addressing;

/// <summary>Whoever holds addresses: a service, a task or a node.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Id">Its id.</param>
internal readonly record struct AddressOwner(ObjectKind Kind, string Id)
{
    public static AddressOwner Of(ServiceId id) => new(ObjectKind.Service, id.Value);

    public static AddressOwner Of(TaskId id) => new(ObjectKind.Task, id.Value);

    public static AddressOwner Of(NodeId id) => new(ObjectKind.Node, id.Value);
}

/// <summary>An address on a network.</summary>
/// <param name="Network">The network.</param>
/// <param name="Address">Address with prefix length.</param>
internal readonly record struct HeldAddress(NetworkId Network, string Address);
