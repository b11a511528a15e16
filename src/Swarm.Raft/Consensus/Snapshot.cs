namespace Swarm.Raft.Consensus;

/// <summary>Where in the log a snapshot stands.</summary>
public sealed record SnapshotMetadata
{
    /// <summary>The membership at <see cref="Index"/>, not a newer one.</summary>
    public ConfState ConfState { get; init; } = ConfState.Empty;

    /// <summary>The last entry the snapshot covers; 0 means there is no snapshot.</summary>
    public required ulong Index { get; init; }

    /// <summary>The term of that entry.</summary>
    public required ulong Term { get; init; }
}

/// <summary>The state of the application at an index, in place of the log up to there.</summary>
public sealed record Snapshot
{
    /// <summary>No snapshot.</summary>
    public static Snapshot None { get; } = new() { Metadata = new SnapshotMetadata { Index = 0, Term = 0 } };

    /// <summary>Where in the log it stands.</summary>
    public required SnapshotMetadata Metadata { get; init; }

    /// <summary>The application's state; empty where the bytes travel as a stream beside the message.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Whether there is no snapshot.</summary>
    public bool IsEmpty => Metadata.Index == 0;
}
