using System.Threading.Channels;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;
using Swarm.Raft.Storage.Snapshots;

namespace Swarm.Raft;

/// <summary>
/// Writes what the core wants durable, beside the node: while one flush is under way, everything that comes meanwhile
/// waits for the next one, and shares it.
/// </summary>
internal sealed class LogWriter(FileRaftStorage storage, Action<ulong> onDurable, Action<Exception> onFault,
    TimeProvider time)
{
    private static readonly TimeSpan FullDiskRetry = TimeSpan.FromSeconds(1);

    private readonly Channel<WriteJob> _jobs = Channel.CreateUnbounded<WriteJob>(
        new UnboundedChannelOptions { SingleReader = true });

    private readonly List<WriteJob> _batch = [];
    private volatile bool _completed;

    /// <summary>
    /// Queues a batch; its entries may be written over afterwards, their payloads not. A snapshot without data is the
    /// one that was received last.
    /// </summary>
    public void Write(Ready ready) => _jobs.Writer.TryWrite(new WriteJob(
        ready.Token,
        ready.HardState,
        ready.Entries.ToArray(),
        ready.Snapshot,
        CompactTo: 0));

    /// <summary>Queues the removal of entries that a snapshot covers.</summary>
    public void Compact(ulong index) => _jobs.Writer.TryWrite(new WriteJob(0, null, [], null, index));

    /// <summary>Ends once everything queued is written, or at once while there is no room to write it.</summary>
    public void Complete()
    {
        _completed = true;
        _jobs.Writer.TryComplete();
    }

    /// <summary>Blocks on the disk: runs on a thread of its own.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (await _jobs.Reader.WaitToReadAsync())
            {
                await WriteAllAsync();
            }
        }
        catch (Exception exception)
        {
            onFault(exception);
        }
    }

    private async Task WriteAllAsync()
    {
        while (_jobs.Reader.TryRead(out var job))
        {
            _batch.Add(job);
        }

        while (!TryWrite())
        {
            if (_completed)
            {
                // Nothing of the batch was promised to anybody.
                _batch.Clear();
                return;
            }

            await Task.Delay(FullDiskRetry, time);
        }

        Tell();
        _batch.Clear();
    }

    private void Tell()
    {
        var durable = 0UL;
        foreach (var job in _batch)
        {
            durable = Math.Max(durable, job.Token);
        }

        if (durable > 0)
        {
            onDurable(durable);
        }

        foreach (var job in _batch)
        {
            if (job.CompactTo > 0)
            {
                storage.Compact(job.CompactTo);
            }
        }
    }

    // Without room everything since the last flush is void, and the same is written again.
    private bool TryWrite()
    {
        try
        {
            foreach (var job in _batch)
            {
                if (job.CompactTo > 0)
                {
                    continue;
                }

                if (job.Snapshot is { Data.IsEmpty: false } snapshot)
                {
                    Receive(snapshot);
                }

                storage.Append(job.HardState, job.Entries, job.Snapshot?.Metadata);
            }

            storage.Sync();
            return true;
        }
        catch (RaftStorageFullException)
        {
            return false;
        }
    }

    private void Receive(Snapshot snapshot)
    {
        using var stream = storage.BeginSnapshot(snapshot.Metadata, SnapshotOrigin.Received);
        stream.Write(snapshot.Data.Span);
        stream.Complete();
    }

    private readonly record struct WriteJob(
        ulong Token,
        HardState? HardState,
        Entry[] Entries,
        Snapshot? Snapshot,
        ulong CompactTo);
}
