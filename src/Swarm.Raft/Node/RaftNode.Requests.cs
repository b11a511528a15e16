using Swarm.Raft.Consensus;

#pragma warning disable SWRAFT001 // The node is what the core is made for.

namespace Swarm.Raft;

/// <summary>Proposals, and who waits for them.</summary>
public sealed partial class RaftNode
{
    // In the order of the log: a leader's own entries have rising indexes, and all are gone when it leads no longer.
    private readonly Queue<OwnProposal> _own = [];
    private ulong _lastProposed;

    /// <summary>The log's next entry, as far as this member knows: no entry that is proposed from now on comes before.</summary>
    public ulong NextIndex => Math.Max(Volatile.Read(ref _lastProposed), _storage.LastIndex) + 1;

    /// <summary>Index of the last entry that the state machine has.</summary>
    public ulong AppliedIndex => Volatile.Read(ref _applied);

    /// <summary>Replicates an entry; only a leader can.</summary>
    /// <param name="data">The entry; not empty, its memory must not be written to afterwards.</param>
    /// <param name="cancellationToken">Ends the wait. The entry may still be committed then.</param>
    /// <returns>
    /// The entry's index, once it is committed and applied here. Without a majority it waits for one, or for another
    /// leader.
    /// </returns>
    /// <exception cref="NotLeaderException">This member does not lead, or no longer.</exception>
    /// <exception cref="ProposalRefusedException">The entry is too large, or too much waits to be applied.</exception>
    /// <exception cref="RaftFaultedException">The node has stopped.</exception>
    public Task<ulong> ProposeAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) =>
        ProposeAsync(data, commit: null, cancellationToken);

    /// <summary>Replicates an entry that is applied by its proposer.</summary>
    /// <param name="data">The entry; not empty, its memory must not be written to afterwards.</param>
    /// <param name="commit">
    /// Called on the node's scheduler with the entry's index when it is the entry's turn to be applied, in place of
    /// <see cref="IStateMachine.Apply"/>, and before anything behind it is applied. Null for none: the state machine
    /// applies it.
    /// </param>
    /// <param name="cancellationToken">Ends the wait. The entry may still be committed, and applied, then.</param>
    /// <inheritdoc cref="ProposeAsync(ReadOnlyMemory{byte}, CancellationToken)" path="/exception"/>
    public Task<ulong> ProposeAsync(
        ReadOnlyMemory<byte> data, Action<ulong>? commit, CancellationToken cancellationToken = default)
    {
        // An empty entry is what a leader begins its term with: it is nobody's, and no state machine sees it.
        return data.IsEmpty
            ? throw new ArgumentException("An entry that is proposed holds at least one byte.", nameof(data))
            : PostAsync(new OwnProposal(data, null, commit), cancellationToken);
    }

    /// <summary>Takes a proposal in its turn.</summary>
    internal void TakeProposal(OwnProposal own)
    {
        var result = own.Change is { } change ? _core.ProposeChange(change) : _core.Propose(own.Data);
        if (result.IsAccepted)
        {
            (own.Index, own.Term) = (result.FirstIndex, result.Term);
            _own.Enqueue(own);
            Volatile.Write(ref _lastProposed, result.FirstIndex);
        }
        else
        {
            own.Abandon(WhyRefused(result));
        }
    }

    private Task<ulong> PostAsync(OwnProposal own, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<ulong>(cancellationToken);
        }

        Post(own);
        return cancellationToken.CanBeCanceled ? own.Task.WaitAsync(cancellationToken) : own.Task;
    }

    private Exception WhyRefused(ProposeResult result) => result.Status switch
    {
        ProposeStatus.NotLeader or ProposeStatus.TransferInProgress => new NotLeaderException(_core.Leader),
        ProposeStatus.TooLarge => new ProposalRefusedException("the entry exceeds the limit of the log"),
        ProposeStatus.ChangeRefused => new ProposalRefusedException(
            $"the change of the members is refused: {result.Refusal}"),
        ProposeStatus.ChangePending => new ProposalRefusedException(
            "another change of the members is under way; try again"),
        _ => new ProposalRefusedException("too much waits to be applied; try again later"),
    };

    /// <summary>Takes the proposal that became this entry; one that was overwritten by it has failed.</summary>
    private OwnProposal? TakeOwn(ulong index, ulong term)
    {
        while (_own.TryPeek(out var own) && own.Index <= index)
        {
            _own.Dequeue();
            if (own.Index == index && own.Term == term)
            {
                return own;
            }

            own.Abandon(new NotLeaderException(_core.Leader));
        }

        return null;
    }

    private void FailAll(Exception exception)
    {
        while (_own.TryDequeue(out var own))
        {
            own.Abandon(exception);
        }

        FailReads(exception);
    }
}
