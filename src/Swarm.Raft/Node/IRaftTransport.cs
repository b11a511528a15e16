using Swarm.Raft.Consensus;

namespace Swarm.Raft;

/// <summary>Carries messages to other members. May lose, repeat, delay and reorder them.</summary>
/// <remarks>
/// What arrives goes to <see cref="RaftNode.StepAsync"/>, snapshots to <see cref="RaftNode.ReceiveSnapshotAsync"/>. The
/// bytes of a snapshot are not in its message: they are those of <see cref="RaftNode.OpenSnapshot"/>, and how their
/// delivery went is told to <see cref="RaftNode.SnapshotDelivered"/>.
/// </remarks>
public interface IRaftTransport
{
    /// <summary>Begins to carry messages of a node, and to hand it what comes; called once, before the first message.</summary>
    /// <param name="node">The node.</param>
    /// <exception cref="IOException">The place to listen at is taken.</exception>
    void Start(RaftNode node)
    {
    }

    /// <summary>
    /// Sends messages without waiting for anybody. Entries in them are valid during the call only; payloads stay.
    /// </summary>
    /// <param name="messages">In order, for any number of receivers.</param>
    void Send(ReadOnlySpan<Message> messages);
}

/// <summary>The transport of a member that is alone.</summary>
public sealed class NoRaftTransport : IRaftTransport
{
    /// <summary>The only one there is.</summary>
    public static NoRaftTransport Instance { get; } = new();

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<Message> messages)
    {
        // Nobody is there.
    }
}
