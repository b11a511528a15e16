using System.Buffers.Binary;
using Swarm.Raft.Consensus;

#pragma warning disable SWRAFT001 // The node is what the core is made for.

namespace Swarm.Raft;

/// <summary>Reads of what is committed now, and who waits for a leader.</summary>
public sealed partial class RaftNode
{
    private readonly Dictionary<ulong, AskedRead> _askedReads = [];
    private readonly List<(ulong Index, TaskCompletionSource Reader)> _readsToApply = [];
    private readonly List<TaskCompletionSource<PeerId>> _leaderAwaited = [];

    // An answer to this member's former life must not be taken for one to this: names begin with the time of the start.
    private ulong _lastRead;
    private long _ticks;

    /// <summary>
    /// Waits until everything that was committed before the call is applied here: what is read from the state machine
    /// then is as new as what the leader has. Works on every member; asks again where a message was lost.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NotLeaderException">There is no leader to ask.</exception>
    /// <exception cref="ProposalRefusedException">Too many reads wait already.</exception>
    /// <exception cref="RaftFaultedException">The node has stopped.</exception>
    public async Task ReadBarrierAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var reader = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(node => node.AskRead(reader), exception => reader.TrySetException(exception));
        try
        {
            await JoinAsync(reader.Task).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // It is not asked again.
            reader.TrySetCanceled(CancellationToken.None);
            throw;
        }
    }

    /// <summary>
    /// Waits until this member knows who leads and, where that is itself, until it has applied all that earlier leaders
    /// committed.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Who leads.</returns>
    /// <exception cref="RaftFaultedException">The node has stopped.</exception>
    public async Task<PeerId> WaitForLeaderAsync(CancellationToken cancellationToken = default)
    {
        var waiter = new TaskCompletionSource<PeerId>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(
            node =>
            {
                node._leaderAwaited.Add(waiter);
                node.TellLeader(node.State);
            },
            exception => waiter.TrySetException(exception));
        try
        {
            return await waiter.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Post(node => node._leaderAwaited.Remove(waiter));
            throw;
        }
    }

    // Ends on the caller's scheduler: the source itself would tell the wait from a pool thread.
    private static async Task JoinAsync(Task task) => await task;

    private void TellLeader(RaftState state)
    {
        if (state.Leader == 0 || (state.Role == RaftRole.Leader && !state.IsReady))
        {
            return;
        }

        foreach (var waiter in _leaderAwaited)
        {
            waiter.TrySetResult(state.Leader);
        }

        _leaderAwaited.Clear();
    }

    private void AskRead(TaskCompletionSource reader)
    {
        var context = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(context, ++_lastRead);
        switch (_core.RequestRead(context))
        {
            case ReadStatus.Started:
                _askedReads.Add(_lastRead, new AskedRead(reader, _ticks));
                break;
            case ReadStatus.Busy:
                reader.TrySetException(new ProposalRefusedException("too many reads wait already; try again later"));
                break;
            default:
                reader.TrySetException(new NotLeaderException(_core.Leader));
                break;
        }
    }

    // The question or its answer may have been lost. It gets a new name: an answer to the old one may be too old.
    private void AskLostReadsAgain()
    {
        if (_askedReads.Count == 0 || _ticks % _options.Core.ElectionTicks != 0)
        {
            return;
        }

        foreach (var (name, asked) in _askedReads.ToArray())
        {
            if (_ticks - asked.Tick >= _options.Core.ElectionTicks)
            {
                _askedReads.Remove(name);
                if (!asked.Reader.Task.IsCompleted)
                {
                    AskRead(asked.Reader);
                }
            }
        }
    }

    private void AnswerReads(ReadOnlySpan<ReadState> reads)
    {
        foreach (var read in reads)
        {
            if (read.Context.Length == sizeof(ulong)
                && _askedReads.Remove(BinaryPrimitives.ReadUInt64LittleEndian(read.Context.Span), out var asked))
            {
                _readsToApply.Add((read.Index, asked.Reader));
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

    private void FailAskedReads(Exception exception)
    {
        foreach (var asked in _askedReads.Values)
        {
            asked.Reader.TrySetException(exception);
        }

        _askedReads.Clear();
    }

    private void FailReads(Exception exception)
    {
        FailAskedReads(exception);
        foreach (var (_, reader) in _readsToApply)
        {
            reader.TrySetException(exception);
        }

        _readsToApply.Clear();
    }

    private readonly record struct AskedRead(TaskCompletionSource Reader, long Tick);
}
