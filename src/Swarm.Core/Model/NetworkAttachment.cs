namespace Swarm;

/// <summary>A network a task or node is attached to.</summary>
public sealed record NetworkAttachment
{
    /// <summary>The network as it was when attached.</summary>
    public required Network Network { get; init; }

    /// <summary>Allocated addresses with prefix length.</summary>
    public ValueList<string> Addresses { get; init; }

    /// <summary>Further names on that network.</summary>
    public ValueList<string> Aliases { get; init; }

    /// <summary>Options for the network driver.</summary>
    public ValueDictionary<string> DriverOptions { get; init; }
}
