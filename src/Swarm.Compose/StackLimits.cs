namespace Swarm.Compose;

/// <summary>What a stack file may cost; a file beyond a limit is refused, at the place where it goes beyond.</summary>
public sealed record StackLimits
{
    /// <summary>Limits that no sensible stack file reaches.</summary>
    public static StackLimits Default { get; } = new();

    /// <summary>Size of one file in bytes.</summary>
    /// <value>4 MiB.</value>
    public int FileBytes { get; init; } = 4 << 20;

    /// <summary>Nesting of mappings and lists.</summary>
    /// <value>10,000, as Docker's reader has it.</value>
    public int Depth { get; init; } = 10_000;

    /// <summary>Scalars, mappings, lists and aliases written in one file.</summary>
    /// <value>250,000, as many as some 10,000 services take.</value>
    public int Nodes { get; init; } = 250_000;

    /// <summary>Nodes of one file once its aliases are replaced by what they stand for.</summary>
    /// <value>500,000.</value>
    public int ExpandedNodes { get; init; } = 500_000;

    /// <summary>Size in bytes of an <c>env_file</c> and of the file of a secret or config.</summary>
    /// <value>4 MiB.</value>
    public int ReferencedFileBytes { get; init; } = 4 << 20;
}
