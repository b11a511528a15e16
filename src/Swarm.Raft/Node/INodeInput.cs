using Swarm.Raft.Consensus;

namespace Swarm.Raft;

/// <summary>Something that a node does in its turn.</summary>
internal interface INodeInput
{
    /// <summary>Does it, on the node's scheduler.</summary>
    void Run(RaftNode node);

    /// <summary>Tells whoever waits for it that it was not done.</summary>
    void Abandon(Exception exception);
}

/// <summary>Anything rare.</summary>
internal sealed class ActionInput(Action<RaftNode> run, Action<Exception>? abandon) : INodeInput
{
    public void Run(RaftNode node) => run(node);

    public void Abandon(Exception exception) => abandon?.Invoke(exception);
}

/// <summary>A batch of the log that is on the disk.</summary>
internal sealed class DurableInput(ulong token) : INodeInput
{
    public void Run(RaftNode node) => node.TakeDurable(token);

    public void Abandon(Exception exception)
    {
    }
}

/// <summary>Messages that came together. Whoever brought them waits: no more comes from there than can be taken.</summary>
internal sealed class MessageInput(ReadOnlyMemory<Message> messages)
    : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), INodeInput
{
    public void Run(RaftNode node)
    {
        node.TakeMessages(messages.Span);
        TrySetResult();
    }

    // A member may lose messages, and one that has ended loses them all.
    public void Abandon(Exception exception) => TrySetResult();
}

/// <summary>An entry that was proposed here, until its turn to be applied comes.</summary>
internal sealed class OwnProposal(ReadOnlyMemory<byte> data, ConfChange? change, Action<ulong>? commit)
    : TaskCompletionSource<ulong>(TaskCreationOptions.RunContinuationsAsynchronously), INodeInput
{
    public ReadOnlyMemory<byte> Data => data;

    public ConfChange? Change => change;

    public ulong Index { get; set; }

    public ulong Term { get; set; }

    public void Run(RaftNode node) => node.TakeProposal(this);

    public void Abandon(Exception exception) => TrySetException(exception);

    /// <summary>Runs what is to be done in place of applying; false where the state machine has to.</summary>
    public bool TryCommit(ulong index)
    {
        commit?.Invoke(index);
        return commit is not null;
    }
}
