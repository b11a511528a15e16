using Microsoft.Extensions.Logging;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;
using Swarm.Raft.Storage.Snapshots;

#pragma warning disable SWRAFT001 // The node is what the core is made for.

namespace Swarm.Raft;

/// <summary>Snapshots of a leader, which come as streams and are never in memory as a whole.</summary>
public sealed partial class RaftNode
{
    private Reception? _reception;
    private Task _restoring = Task.CompletedTask;
    private int _restoresUnderWay;

    /// <summary>
    /// Opens the newest snapshot, for a member that was sent a <see cref="MessageType.Snap"/>: it may be newer than the
    /// message says, and its own metadata counts. Null when there is none.
    /// </summary>
    /// <exception cref="RaftStorageCorruptException">It is damaged.</exception>
    public SnapshotReadStream? OpenSnapshot() => _storage.OpenSnapshot();

    /// <summary>
    /// Takes a snapshot that a leader sends, one at a time. It goes to the disk as it comes, and takes the place of the
    /// log and of the state once it is complete, if it is newer than they are.
    /// </summary>
    /// <param name="message">What it came with: a <see cref="MessageType.Snap"/> whose snapshot has no data.</param>
    /// <param name="copy">Writes the bytes to the stream it is given; it leaves that open.</param>
    /// <param name="cancellationToken">Gives up; nothing of it is left then.</param>
    /// <returns>
    /// Completes when it is complete on the disk and in the hands of the log, or was found to be no newer than what is
    /// here. False when another one is being received or restored: the leader tries again later.
    /// </returns>
    /// <exception cref="RaftProtocolException">The message is not one that announces a snapshot to this member.</exception>
    /// <exception cref="OperationCanceledException">Given up, also because there is a leader of a newer term.</exception>
    /// <exception cref="RaftStorageFullException">There is no room for it.</exception>
    public async Task<bool> ReceiveSnapshotAsync(
        Message message, Func<Stream, CancellationToken, Task> copy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(copy);
        var status = MessageRules.Check(in message, Id);
        if (status != StepStatus.Handled || message.Type != MessageType.Snap || !message.Snapshot!.Data.IsEmpty)
        {
            throw new RaftProtocolException($"the announcement of a snapshot is not valid: {status}, {message}");
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, cancellationToken);
        using var reception = new Reception(message, stop);
        if (Interlocked.CompareExchange(ref _reception, reception, null) is not null)
        {
            return false;
        }

        var isOffered = false;
        try
        {
            stop.Token.ThrowIfCancellationRequested();
            reception.GiveUpIfOlderThan(State.Term);
            isOffered = await SaveAsync(reception, copy);
            if (isOffered)
            {
                // From here on it is in the log's hands: giving up would leave it half-known.
                Post(node => node.Offer(reception), _ => EndReception());
            }
            else
            {
                // What is here is as new: the leader is told so.
                Post(node => node._core.Step(in message));
            }

            return true;
        }
        finally
        {
            reception.EndSaving();
            if (!isOffered)
            {
                EndReception();
            }
        }
    }

    private async Task<bool> SaveAsync(Reception reception, Func<Stream, CancellationToken, Task> copy)
    {
        await using var stream = _storage.BeginSnapshot(
            reception.Message.Snapshot!.Metadata, SnapshotOrigin.Received);
        await copy(stream, reception.Stop.Token);
        reception.Stop.Token.ThrowIfCancellationRequested();

        // Flushes all of it to the disk.
        return await Task.Factory.StartNew(
            stream.Complete,
            CancellationToken.None,
            TaskCreationOptions.DenyChildAttach,
            _options.DiskScheduler);
    }

    private void Offer(Reception reception)
    {
        reception.IsOffered = true;
        _core.Step(reception.Message);
    }

    // The state is read from the file, which stays readable when the log gives it its name.
    private Stream OpenInstalled(Ready ready)
    {
        if (!ready.Snapshot!.Data.IsEmpty)
        {
            return new MemoryStream(ready.Snapshot.Data.ToArray(), writable: false);
        }

        var reception = _reception;
        Check.That(
            reception is { IsOffered: true } && reception.Message.Snapshot == ready.Snapshot,
            "a snapshot without data was received before");
        reception.Token = ready.Token;
        return _storage.OpenReceivedSnapshot()
            ?? throw new InvalidOperationException($"the snapshot at entry {ready.Snapshot.Metadata.Index} has gone");
    }

    // Elections and the log go on while the application takes a large state; only entries wait.
    private void Restore(Snapshot snapshot, Stream source)
    {
        _core.HoldsEntries = true;
        _restoresUnderWay++;
        _restoring = RestoreAsync(_restoring, snapshot.Metadata, source);
    }

    private async Task RestoreAsync(Task before, SnapshotMetadata metadata, Stream source)
    {
        await before;
        try
        {
            await using (source)
            {
                await _machine.RestoreSnapshotAsync(source, metadata.Index, _stop.Token);
            }

            Post(node => node.TakeRestored(metadata));
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private void TakeRestored(SnapshotMetadata metadata)
    {
        Volatile.Write(ref _applied, metadata.Index);
        (_appliedTerm, _lastSnapshot, _membership) = (metadata.Term, metadata.Index, metadata.ConfState);
        _core.HoldsEntries = --_restoresUnderWay > 0;
        AnswerAppliedReads();
        LogRestored(Id, metadata.Index);
    }

    /// <summary>Takes note, in its turn, that a batch is on the disk.</summary>
    internal void TakeDurable(ulong token)
    {
        _core.Persisted(token);
        if (_reception is { Token: > 0 and var installed } && installed <= token)
        {
            EndReception();
        }
    }

    // The core had its turn and did not want it: what is here is as new, or its sender leads no longer.
    private void DropUnwantedReception()
    {
        if (_reception is { IsOffered: true, Token: 0 })
        {
            _storage.DropReceivedSnapshot();
            EndReception();
        }
    }

    private void GiveUpReceptionOfTermBefore(ulong term) => Volatile.Read(ref _reception)?.GiveUpIfOlderThan(term);

    private void EndReception() => Volatile.Write(ref _reception, null);

    [LoggerMessage(2202, LogLevel.Information, "Raft member {Id} was brought forward to entry {Index} by a snapshot")]
    private partial void LogRestored(ulong id, ulong index);

    /// <summary>A snapshot that is on its way here.</summary>
    private sealed class Reception(Message message, CancellationTokenSource stop) : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly TaskCompletionSource _saving = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _isOver;

        public Message Message => message;

        public CancellationTokenSource Stop => stop;

        /// <summary>Completes when nothing writes to its file any more.</summary>
        public Task Saving => _saving.Task;

        /// <summary>Whether the core was told of it.</summary>
        public bool IsOffered { get; set; }

        /// <summary>The batch that installs it; 0 until the core wants it.</summary>
        public ulong Token { get; set; }

        public void EndSaving() => _saving.TrySetResult();

        public void GiveUpIfOlderThan(ulong term)
        {
            lock (_gate)
            {
                if (!_isOver && message.Term < term)
                {
                    stop.Cancel();
                }
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _isOver = true;
            }
        }
    }
}
