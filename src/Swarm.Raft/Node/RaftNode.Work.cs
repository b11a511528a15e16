using Microsoft.Extensions.Logging;
using Swarm.Raft.Consensus;
using Swarm.Raft.Quorum;
using Swarm.Raft.Storage.Snapshots;

#pragma warning disable SWRAFT001 // The node is what the core is made for.

namespace Swarm.Raft;

/// <summary>What the core wants done, in the order it asks for.</summary>
public sealed partial class RaftNode
{
    private ConfState _membership;
    private ulong _applied;
    private ulong _appliedTerm;
    private ulong _lastSnapshot;
    private bool _isSaving;
    private bool _isSnapshotWanted;
    private ulong _snapshotInterval;
    private ulong _entriesKept;

    /// <summary>Entries applied between snapshots from now on; 0 for no more snapshots.</summary>
    /// <value>At first <see cref="RaftNodeOptions.SnapshotInterval"/>.</value>
    public ulong SnapshotInterval
    {
        get => Volatile.Read(ref _snapshotInterval);
        set => Volatile.Write(ref _snapshotInterval, value);
    }

    /// <summary>Entries before a snapshot that are kept from now on, for members that are a little behind.</summary>
    /// <value>At first <see cref="RaftNodeOptions.LogEntriesForSlowFollowers"/>.</value>
    public ulong LogEntriesForSlowFollowers
    {
        get => Volatile.Read(ref _entriesKept);
        set => Volatile.Write(ref _entriesKept, value);
    }

    /// <summary>
    /// Has a snapshot saved that is as new as the next entry at the latest, whatever the interval: after the data key
    /// was rotated it lets the log forget what older keys are needed for.
    /// </summary>
    public void SaveSnapshot() => Post(() =>
    {
        _isSnapshotWanted = true;
        SaveSnapshotIfDue();
    });

    /// <summary>Looks at the state between two entries: for a backup, which is to be of one moment.</summary>
    /// <param name="capture">
    /// Called on the node's scheduler with the last entry that the state covers; takes what it needs and returns.
    /// </param>
    /// <typeparam name="T">What it takes.</typeparam>
    /// <exception cref="RaftFaultedException">The node has stopped.</exception>
    public Task<T> CaptureAsync<T>(Func<SnapshotMetadata, T> capture) => AskAsync(() => capture(new SnapshotMetadata
    {
        Index = _applied,
        Term = _appliedTerm,
        ConfState = _membership,
    }));

    private async Task WorkAsync()
    {
        while (_core.HasReady)
        {
            var ready = _core.TakeReady();
            var installed = ready.Snapshot;
            if (installed is not null || !ready.Entries.IsEmpty || ready.HardState is not null)
            {
                _writer.Write(ready);
            }

            _transport.Send(ready.Messages.Span);
            if (installed is not null)
            {
                await RestoreAsync(installed);
            }

            Apply(ready);
            AnswerReads(ready.Reads.Span);
            if (ready.RoleChanged)
            {
                ChangeRole(ready);
            }
            else if (State.Role == RaftRole.Leader && !State.IsReady)
            {
                Tell(State with { IsReady = _appliedTerm == State.Term });
            }

            SaveSnapshotIfDue();
        }
    }

    // The state comes from memory: the same bytes are on their way to the disk.
    private async Task RestoreAsync(Snapshot snapshot)
    {
        using var source = new MemoryStream(snapshot.Data.ToArray(), writable: false);
        await _machine.RestoreSnapshotAsync(source, snapshot.Metadata.Index, _stop.Token);
        (_applied, _appliedTerm) = (snapshot.Metadata.Index, snapshot.Metadata.Term);
        _lastSnapshot = snapshot.Metadata.Index;
        _membership = snapshot.Metadata.ConfState;
        LogRestored(Id, snapshot.Metadata.Index);
    }

    private void Apply(Ready ready)
    {
        if (ready.Committed.IsEmpty)
        {
            return;
        }

        foreach (ref readonly var entry in ready.Committed.Span)
        {
            if (entry is { Type: EntryType.Normal, Data.IsEmpty: false })
            {
                ApplyNormal(in entry);
            }
            else
            {
                ApplyMembership(in entry, ready.Memberships.Span);
                Settle(entry.Index, entry.Term);
            }

            _applied = entry.Index;
            _appliedTerm = entry.Term;
        }

        foreach (var change in ready.Memberships.Span)
        {
            _membership = change.State;
            _options.OnMembershipChanged?.Invoke(change.State);
        }

        _core.Applied(_applied);
        AnswerAppliedReads();
    }

    private void ApplyMembership(in Entry entry, ReadOnlySpan<MembershipChange> changes)
    {
        foreach (var change in changes)
        {
            if (change.Index == entry.Index && change.Refusal == ChangeRefusal.None && entry.ChangesConfiguration)
            {
                _machine.ApplyMembership(ConfChangeCodec.Decode(entry), change.State);
            }
        }
    }

    private void ApplyNormal(in Entry entry)
    {
        if (TakeOwn(entry.Index, entry.Term) is { } own)
        {
            own.Commit(entry.Index);
        }
        else
        {
            _machine.Apply(new CommittedEntry(entry.Index, entry.Term, entry.Data));
        }
    }

    private void ChangeRole(Ready ready)
    {
        if (State.Role == RaftRole.Leader && ready.Role != RaftRole.Leader)
        {
            FailAll(new NotLeaderException(ready.Leader, mayCommit: true));
        }

        // The core has forgotten the reads of the term before.
        foreach (var reader in _askedReads.Values)
        {
            reader.TrySetException(new NotLeaderException(ready.Leader));
        }

        _askedReads.Clear();
        Tell(new RaftState(
            ready.Role,
            ready.Term,
            ready.Leader,
            ready.Role == RaftRole.Leader && _appliedTerm == ready.Term));
    }

    private void Tell(RaftState state)
    {
        if (state != _state)
        {
            Volatile.Write(ref _state, state);
            LogState(Id, state.Role, state.Term, state.Leader);
            _options.OnStateChanged?.Invoke(state);
        }
    }

    private void SaveSnapshotIfDue()
    {
        if (!_isSaving && IsSnapshotDue())
        {
            _isSaving = true;
            _isSnapshotWanted = false;
            _ = SaveSnapshotAsync(new SnapshotMetadata
            {
                Index = _applied,
                Term = _appliedTerm,
                ConfState = _membership,
            });
        }
    }

    private bool IsSnapshotDue()
    {
        var interval = SnapshotInterval;
        return _applied > _lastSnapshot
            && (_isSnapshotWanted || (interval > 0 && _applied - _lastSnapshot >= interval));
    }

    // Entries under a former data key go earlier, so that the key can go.
    private void Compact(ulong snapshot)
    {
        var kept = LogEntriesForSlowFollowers;
        var until = snapshot > kept ? snapshot - kept : 0;
        if (_storage.KeyRotationBoundary is { } boundary && boundary <= snapshot)
        {
            until = Math.Max(until, boundary);
        }

        if (until > 0)
        {
            _writer.Compact(until);
        }
    }

    private async Task SaveSnapshotAsync(SnapshotMetadata metadata)
    {
        try
        {
            await using (var stream = _storage.BeginSnapshot(metadata, SnapshotOrigin.Local))
            {
                await _machine.SaveSnapshotAsync(stream, _stop.Token);

                // Flushes all of it to the disk, which may take longer than an election.
                await Task.Factory.StartNew(
                    stream.Complete,
                    CancellationToken.None,
                    TaskCreationOptions.DenyChildAttach,
                    _options.DiskScheduler);
            }

            _lastSnapshot = metadata.Index;
            Compact(metadata.Index);
            LogSaved(Id, metadata.Index);
        }
        catch (Exception exception) when (!_stop.IsCancellationRequested)
        {
            // The log still has everything; the next attempt comes with the next entries.
            LogNotSaved(exception, Id, metadata.Index);
            _lastSnapshot = metadata.Index;
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
        finally
        {
            _isSaving = false;
        }
    }

    [LoggerMessage(2200, LogLevel.Information, "Raft member {Id} is {Role} in term {Term}; the leader is {Leader}")]
    private partial void LogState(ulong id, RaftRole role, ulong term, ulong leader);

    [LoggerMessage(2201, LogLevel.Critical, "Raft member {Id} has stopped")]
    private partial void LogFaulted(Exception exception, ulong id);

    [LoggerMessage(2202, LogLevel.Information, "Raft member {Id} was brought forward to entry {Index} by a snapshot")]
    private partial void LogRestored(ulong id, ulong index);

    [LoggerMessage(2203, LogLevel.Information, "Raft member {Id} has saved a snapshot at entry {Index}")]
    private partial void LogSaved(ulong id, ulong index);

    [LoggerMessage(2204, LogLevel.Error, "Raft member {Id} could not save a snapshot at entry {Index}")]
    private partial void LogNotSaved(Exception exception, ulong id, ulong index);
}
