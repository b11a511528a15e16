namespace Swarm;

/// <summary>Name resolution settings of a container.</summary>
public sealed record DnsConfig
{
    /// <summary>Addresses of name servers.</summary>
    public ValueList<string> Nameservers { get; init; }

    /// <summary>Search domains.</summary>
    public ValueList<string> Search { get; init; }

    /// <summary>Resolver options.</summary>
    public ValueList<string> Options { get; init; }
}
