using Swarm.Allocation.Addressing;

namespace Swarm.Allocation;

/// <summary>What the steps of the allocator share: who holds what. Rebuilt from the store by every new leader.</summary>
/// <param name="cluster">Names the default address pools; null in a store without a cluster.</param>
internal sealed class AllocationState(Cluster? cluster)
{
    public NetworkAllocator Networks { get; } = new(cluster?.DefaultAddressPool ?? default, cluster?.SubnetSize ?? 0);

    public AddressBook Addresses => Networks.Addresses;

    public PortAllocator Ports { get; } = new();

    /// <summary>The network of the routing mesh, once it is allocated; empty when there is none.</summary>
    public NetworkId Ingress { get; set; }

    /// <summary>True when something was given back, or has come, that others may wait for.</summary>
    public bool Freed { get; set; }

    /// <summary>Makes an owner hold exactly what the store shows.</summary>
    public void Settle(AddressOwner owner, IReadOnlyList<HeldAddress> shown) =>
        Freed |= Addresses.Settle(owner, shown);

    /// <summary>The same for both kinds of things that a service holds.</summary>
    public void Settle(ServiceId id, ServiceEndpoint? shown)
    {
        Freed |= Ports.Settle(id, shown?.Ports ?? default);
        Settle(AddressOwner.Of(id), HeldBy(shown));
    }

    public static HeldAddress[] HeldBy(ServiceEndpoint? endpoint) =>
        [.. (endpoint?.VirtualAddresses ?? default).Select(item => new HeldAddress(item.NetworkId, item.Address))];

    public static HeldAddress[] HeldBy(ValueList<NetworkAttachment> attachments) => attachments.IsEmpty
        ? []
        : [.. attachments.SelectMany(item => item.Addresses.Select(text => new HeldAddress(item.Network.Id, text)))];
}
