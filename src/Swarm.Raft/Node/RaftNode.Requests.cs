using System.Buffers.Binary;
using Swarm.Raft.Consensus;

#pragma warning disable SWRAFT001 // The node is what the core is made for.

namespace Swarm.Raft;

/// <summary>Proposals and reads, and who waits for them.</summary>
public sealed partial class RaftNode
{
    private readonly SortedDictionary<ulong, OwnProposal> _own = [];
    private readonly Dictionary<ulong, TaskCompletionSource> _askedReads = [];
    private readonly List<(ulong Index, TaskCompletionSource Reader)> _readsToApply = [];
    private ulong _lastRead;
    private ulong _lastProposed;

    /// <summary>The log's next entry, as far as this member knows: no entry that is proposed from now on comes before.</summary>
    public ulong NextIndex => Math.Max(Volatile.Read(ref _lastProposed), _storage.LastIndex) + 1;

    /// <summary>Index of the last entry that the state machine has.</summary>
    public ulong AppliedIndex => Volatile.Read(ref _applied);

    /// <summary>Replicates an entry.</summary>
    /// <param name="data">The entry; not empty, its memory must not be written to afterwards.</param>
    /// <param name="commit">
    /// Called on the node's scheduler with the entry's index when it is the entry's turn to be applied, in place of
    /// <see cref="IStateMachine.Apply"/>, and before anything behind it is applied.
    /// </param>
    /// <returns>Completes after <paramref name="commit"/>. Without a majority it waits for one, or for another leader.</returns>
    /// <exception cref="NotLeaderException">This member does not lead, or no longer.</exception>
    /// <exception cref="ProposalRefusedException">The entry is too large, or too much waits to be applied.</exception>
    /// <exception cref="RaftFaultedException">The node has stopped.</exception>
    public Task<ulong> ProposeAsync(ReadOnlyMemory<byte> data, Action<ulong>? commit = null)
    {
        var own = new OwnProposal(commit);
        Post(() => Propose(() => _core.Propose(data), own), own.Fail);
        return own.Completion;
    }

    /// <summary>Changes the members.</summary>
    /// <param name="change">The change.</param>
    /// <returns>Completes when it is in force here.</returns>
    /// <inheritdoc cref="ProposeAsync" path="/exception"/>
    public Task<ulong> ProposeChangeAsync(ConfChange change)
    {
        var own = new OwnProposal(null);
        Post(() => Propose(() => _core.ProposeChange(change), own), own.Fail);
        return own.Completion;
    }

    /// <summary>Waits until everything that was committed before the call is applied here.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NotLeaderException">There is no leader to ask.</exception>
    public async Task ReadBarrierAsync(CancellationToken cancellationToken = default)
    {
        var reader = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => AskRead(reader), exception => reader.TrySetException(exception));
        await JoinAsync(reader.Task).WaitAsync(cancellationToken);
    }

    // Ends on the caller's scheduler: the source itself would tell the wait from a pool thread.
    private static async Task JoinAsync(Task task) => await task;

    private void Propose(Func<ProposeResult> propose, OwnProposal own)
    {
        var result = propose();
        if (!result.IsAccepted)
        {
            own.Fail(result.Status switch
            {
                ProposeStatus.NotLeader or ProposeStatus.TransferInProgress => new NotLeaderException(_core.Leader),
                ProposeStatus.TooLarge => new ProposalRefusedException("the entry exceeds the limit of the log"),
                ProposeStatus.ChangeRefused => new ProposalRefusedException(
                    $"the change of the members is refused: {result.Refusal}"),
                ProposeStatus.ChangePending => new ProposalRefusedException(
                    "another change of the members is under way; try again"),
                _ => new ProposalRefusedException("too much waits to be applied; try again later"),
            });
            return;
        }

        own.Term = result.Term;
        _own[result.FirstIndex] = own;
        Volatile.Write(ref _lastProposed, result.FirstIndex);
    }

    /// <summary>Takes the proposal that became this entry; one that was overwritten by it has failed.</summary>
    private OwnProposal? TakeOwn(ulong index, ulong term)
    {
        if (!_own.Remove(index, out var own))
        {
            return null;
        }

        if (own.Term == term)
        {
            return own;
        }

        own.Fail(new NotLeaderException(_core.Leader));
        return null;
    }

    private void Settle(ulong index, ulong term) => TakeOwn(index, term)?.Commit(index);

    private void AskRead(TaskCompletionSource reader)
    {
        var context = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(context, ++_lastRead);
        if (_core.RequestRead(context) == ReadStatus.Started)
        {
            _askedReads.Add(_lastRead, reader);
        }
        else
        {
            reader.TrySetException(new NotLeaderException(_core.Leader));
        }
    }

    private void AnswerReads(ReadOnlySpan<ReadState> reads)
    {
        foreach (var read in reads)
        {
            var name = BinaryPrimitives.ReadUInt64LittleEndian(read.Context.Span);
            if (_askedReads.Remove(name, out var reader))
            {
                _readsToApply.Add((read.Index, reader));
            }
        }

        AnswerAppliedReads();
    }

    private void AnswerAppliedReads()
    {
        for (var i = _readsToApply.Count - 1; i >= 0; i--)
        {
            if (_readsToApply[i].Index <= Math.Max(_applied, _core.AppliedIndex))
            {
                _readsToApply[i].Reader.TrySetResult();
                _readsToApply.RemoveAt(i);
            }
        }
    }

    private void FailAll(Exception exception)
    {
        foreach (var own in _own.Values)
        {
            own.Fail(exception);
        }

        foreach (var reader in _askedReads.Values.Concat(_readsToApply.Select(read => read.Reader)))
        {
            reader.TrySetException(exception);
        }

        _own.Clear();
        _askedReads.Clear();
        _readsToApply.Clear();
    }

    private sealed class OwnProposal(Action<ulong>? commit)
    {
        private readonly TaskCompletionSource<ulong> _completion =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ulong Term { get; set; }

        public Task<ulong> Completion => _completion.Task;

        public void Commit(ulong index)
        {
            commit?.Invoke(index);
            _completion.TrySetResult(index);
        }

        public void Fail(Exception exception) => _completion.TrySetException(exception);
    }
}
