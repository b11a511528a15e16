namespace Swarm;

/// <summary>A network of the swarm.</summary>
public sealed record Network : ClusterObject
{
    /// <summary>The id.</summary>
    public required NetworkId Id { get; init; }

    /// <summary>What the user wants.</summary>
    public required NetworkSpec Spec { get; init; }

    /// <summary>Settings the driver chose, such as its VXLAN id; null until allocated.</summary>
    public Driver? DriverState { get; init; }

    /// <summary>Address ranges in force; null until allocated.</summary>
    public IpamOptions? Ipam { get; init; }

    /// <summary>Marked for deletion; SwarmKit reserves the mark, nobody sets it.</summary>
    public bool PendingDelete { get; init; }

    /// <summary>What an allocator adds on reads; null for stored networks.</summary>
    public TypedPayload? Extra { get; init; }

    /// <inheritdoc/>
    public override string Key => Id.Value;

    /// <inheritdoc/>
    public override ObjectKind Kind => ObjectKind.Network;
}

/// <summary>What a user asks of a network.</summary>
public sealed record NetworkSpec
{
    /// <summary>Name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Labels.</summary>
    public ValueDictionary<string> Labels { get; init; }

    /// <summary>Custom index entries; only programs that embed the swarm use them.</summary>
    public ValueList<IndexEntry> Indices { get; init; }

    /// <summary>The driver; null means <c>overlay</c>.</summary>
    public Driver? Driver { get; init; }

    /// <summary>Also use IPv6.</summary>
    public bool Ipv6 { get; init; }

    /// <summary>No way out.</summary>
    public bool Internal { get; init; }

    /// <summary>Requested address ranges; null means the default pools.</summary>
    public IpamOptions? Ipam { get; init; }

    /// <summary>Containers that are not tasks may attach.</summary>
    public bool Attachable { get; init; }

    /// <summary>Carries the routing mesh.</summary>
    public bool Ingress { get; init; }

    /// <summary>Name of a node-local network that supplies the settings.</summary>
    public string ConfigFrom { get; init; } = "";
}

/// <summary>Address management of a network.</summary>
public sealed record IpamOptions
{
    /// <summary>The address manager; null means the default one.</summary>
    public Driver? Driver { get; init; }

    /// <summary>Address ranges.</summary>
    public ValueList<IpamConfig> Configs { get; init; }
}

/// <summary>An address range of a network.</summary>
/// <param name="Subnet">Subnet in CIDR notation.</param>
/// <param name="Range">Part of the subnet that addresses are taken from; empty means all of it.</param>
/// <param name="Gateway">Gateway address.</param>
/// <param name="Reserved">Addresses never given out, by purpose.</param>
/// <param name="Family">Family of the addresses.</param>
public sealed record IpamConfig(
    string Subnet,
    string Range = "",
    string Gateway = "",
    ValueDictionary<string> Reserved = default,
    IpamFamily Family = IpamFamily.Unknown);

/// <summary>Families of addresses; numbers are SwarmKit's.</summary>
public enum IpamFamily
{
    /// <summary>What the subnet says.</summary>
    Unknown = 0,

    /// <summary>IPv4.</summary>
    IPv4 = 4,

    /// <summary>IPv6.</summary>
    IPv6 = 6,
}
