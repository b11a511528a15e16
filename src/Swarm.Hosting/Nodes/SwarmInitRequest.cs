namespace Swarm.Hosting.Nodes;

/// <summary>How to form a swarm. Addresses are as given; <see cref="AdvertiseAddress"/> resolves them.</summary>
/// <param name="ListenAddress">Address or interface to listen at, with an optional port.</param>
/// <param name="AdvertiseAddress">Address or interface others reach this node at; empty means find it.</param>
/// <param name="DataPathAddress">Address or interface of the overlay data path; empty means the advertised one.</param>
/// <param name="DataPathPort">UDP port of the overlay data path; 0 means 4789.</param>
/// <param name="ForceNewCluster">Keep the store of the current swarm, with this node as its only manager.</param>
/// <param name="Spec">Settings, complete: what the user left out has its default.</param>
/// <param name="AutoLock">Managers need the unlock key after a restart.</param>
/// <param name="Availability">Whether the node takes tasks.</param>
/// <param name="DefaultAddressPool">Address pools for networks; empty means 10.0.0.0/8.</param>
/// <param name="SubnetSize">Prefix length of subnets taken from the pools; 0 means 24.</param>
internal sealed record SwarmInitRequest(
    string ListenAddress,
    string AdvertiseAddress,
    string DataPathAddress,
    int DataPathPort,
    bool ForceNewCluster,
    ClusterSpec Spec,
    bool AutoLock,
    NodeAvailability Availability,
    ValueList<string> DefaultAddressPool,
    int SubnetSize);

/// <summary>How to join a swarm.</summary>
/// <param name="ListenAddress">Address or interface to listen at as a manager, with an optional port.</param>
/// <param name="AdvertiseAddress">Address or interface others reach this node at; empty lets the manager tell.</param>
/// <param name="DataPathAddress">Address or interface of the overlay data path; empty means the advertised one.</param>
/// <param name="RemoteAddresses">Managers to ask, at least one.</param>
/// <param name="JoinToken">The token that lets the node in and decides its role; kept out of the text form.</param>
/// <param name="Availability">Whether the node takes tasks.</param>
internal sealed record SwarmJoinRequest(
    string ListenAddress,
    string AdvertiseAddress,
    string DataPathAddress,
    ValueList<string> RemoteAddresses,
    string JoinToken,
    NodeAvailability Availability)
{
    public override string ToString() => $"SwarmJoinRequest {{ RemoteAddresses = {RemoteAddresses} }}";
}
