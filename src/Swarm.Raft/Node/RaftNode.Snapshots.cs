using Microsoft.Extensions.Logging;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Snapshots;

namespace Swarm.Raft;

/// <summary>Snapshots of the state machine: when they are taken, and what they let go.</summary>
public sealed partial class RaftNode
{
    private ulong _lastSnapshot;
    private Task _saving = Task.CompletedTask;
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
    public void SaveSnapshot() => Post(node =>
    {
        node._isSnapshotWanted = true;
        node.SaveSnapshotIfDue();
    });

    /// <summary>Looks at the state between two entries: for a backup, which is to be of one moment.</summary>
    /// <param name="capture">
    /// Called on the node's scheduler with the last entry that the state covers; takes what it needs and returns.
    /// </param>
    /// <typeparam name="T">What it takes.</typeparam>
    /// <exception cref="RaftFaultedException">The node has stopped.</exception>
    public async Task<T> CaptureAsync<T>(Func<SnapshotMetadata, T> capture)
    {
        while (true)
        {
            var (isWhole, captured) = await AskAsync(node => node._restoresUnderWay == 0
                ? (true, capture(node.Here))
                : (false, default(T)!));
            if (isWhole)
            {
                return captured;
            }

            await _restoring;
        }
    }

    // What the state machine has now, as a place in the log.
    private SnapshotMetadata Here => new() { Index = _applied, Term = _appliedTerm, ConfState = _membership };

    private void SaveSnapshotIfDue()
    {
        if (_saving.IsCompleted && IsSnapshotDue())
        {
            _isSnapshotWanted = false;
            _saving = SaveSnapshotAsync(Here);
        }
    }

    private bool IsSnapshotDue()
    {
        var interval = SnapshotInterval;
        return _applied > _lastSnapshot
            && _restoresUnderWay == 0
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
                await using (var output = new SnapshotOutput(stream, _options.DiskScheduler))
                {
                    await _machine.SaveSnapshotAsync(output, _stop.Token);
                    await output.FlushAsync(_stop.Token);
                }

                // Flushes all of it to the disk, which may take longer than an election.
                await Task.Factory.StartNew(
                    stream.Complete,
                    CancellationToken.None,
                    TaskCreationOptions.DenyChildAttach,
                    _options.DiskScheduler);
            }

            _lastSnapshot = Math.Max(_lastSnapshot, metadata.Index);
            Compact(metadata.Index);
            LogSaved(Id, metadata.Index);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The node stops.
        }
        catch (Exception exception)
        {
            // The log still has everything; the next attempt comes with the next entries.
            LogNotSaved(exception, Id, metadata.Index);
            _lastSnapshot = Math.Max(_lastSnapshot, metadata.Index);
        }
    }

    [LoggerMessage(2203, LogLevel.Information, "Raft member {Id} has saved a snapshot at entry {Index}")]
    private partial void LogSaved(ulong id, ulong index);

    [LoggerMessage(2204, LogLevel.Error, "Raft member {Id} could not save a snapshot at entry {Index}")]
    private partial void LogNotSaved(Exception exception, ulong id, ulong index);
}
