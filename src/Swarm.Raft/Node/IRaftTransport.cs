using Swarm.Raft.Consensus;

namespace Swarm.Raft;

/// <summary>Carries messages to other members. May lose, repeat, delay and reorder them.</summary>
public interface IRaftTransport
{
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
