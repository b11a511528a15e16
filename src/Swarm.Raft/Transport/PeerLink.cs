using System.Net;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Transport;

/// <summary>
/// The way to one other member: a queue, and a connection that is made anew when it has to be. Nothing ever comes back
/// over it but the reason of its end: answers come over the other member's own connection.
/// </summary>
internal sealed class PeerLink : IAsyncDisposable
{
    /// <summary>
    /// What is written at once. Small enough that a heartbeat finds its turn soon, large enough to fill a round trip.
    /// </summary>
    private const int WriteBytes = 256 * 1024;

    private readonly PeerId _member;
    private readonly TransportParts _parts;
    private readonly SendQueue _queue;
    private readonly CancellationTokenSource _stop;
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Task _running;
    private int _isSendingSnapshot;
    private Task _snapshot = Task.CompletedTask;
    private volatile EndPoint _address;
    private volatile Connection? _connection;
    private volatile string? _closed;
    private string? _lastReason;

    public PeerLink(PeerId member, EndPoint address, TransportParts parts)
    {
        (_member, _address, _parts) = (member, address, parts);
        _queue = new SendQueue(parts.Options.MaxQueueBytes, parts.Options.MaxFrameBytes);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(parts.Stop);
        _running = parts.RunAsync(RunAsync);
    }

    /// <summary>Where the member is; another address is used from the next connection on, which is at once.</summary>
    public EndPoint Address
    {
        get => _address;
        set
        {
            if (!value.Equals(_address))
            {
                _address = value;
                _connection?.Dispose();
                Wake();
            }
        }
    }

    /// <summary>Whether messages can be sent now, as far as is known.</summary>
    public bool IsConnected => _connection is not null;

    /// <summary>Sends a message; false when it was dropped.</summary>
    public bool TrySend(in Message message)
    {
        if (message.Type == MessageType.Snap)
        {
            SendSnapshot(message);
            return true;
        }

        try
        {
            return _queue.TryAdd(in message);
        }
        catch (RaftTransportException exception)
        {
            TransportLog.TooLarge(_parts.Logger, _parts.Node.Id, _member, exception.Message);
            return false;
        }
    }

    /// <summary>Ends a pause: the member is there.</summary>
    public void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It was woken and has not noticed yet.
        }
        catch (ObjectDisposedException)
        {
            // It is not needed any more.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _connection?.Dispose();
        await _running;
        await _snapshot;
        _queue.Dispose();
        _stop.Dispose();
        _wake.Dispose();
    }

    // Beside the queue: heartbeats must not wait for it. The core asks again when nothing comes of it for long.
    private void SendSnapshot(Message message)
    {
        if (Interlocked.Exchange(ref _isSendingSnapshot, 1) == 0)
        {
            _snapshot = _parts.RunAsync(async () =>
            {
                await new SnapshotSender(_member, _address, _parts).RunAsync(message, _stop.Token);
                Volatile.Write(ref _isSendingSnapshot, 0);
            });
        }
    }

    private async Task RunAsync()
    {
        var pause = _parts.Options.ReconnectDelay;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _queue.Open();
                await _queue.WaitAsync(_stop.Token);
                using var connection = await ConnectAsync();
                pause = _parts.Options.ReconnectDelay;
                await PumpAsync(connection);
            }
            catch (Exception exception) when (Connection.IsEnd(exception))
            {
                if (!_stop.IsCancellationRequested)
                {
                    Fail(exception.Message);
                }
            }

            _connection = null;
            _queue.Close();
            await PauseAsync(pause);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, _parts.Options.MaxReconnectDelay.Ticks));
        }
    }

    private async Task<Connection> ConnectAsync()
    {
        var options = _parts.Options;
        _closed = null;
        var connection = await Connection.DialAsync(
            _address, options.Tls, options.ConnectTimeout, options.Time, _stop.Token);
        try
        {
            await using var ending = _stop.Token.UnsafeRegister(
                static state => ((Connection)state!).Dispose(), connection);
            await Handshake.GreetAsync(connection, _parts.Greet(_member, ConnectionPurpose.Messages), options.Tls);
            connection.Unlimit();
            _connection = connection;
            _stop.Token.ThrowIfCancellationRequested();
            _lastReason = null;
            TransportLog.Connected(_parts.Logger, _parts.Node.Id, _member, connection.Remote);
            return connection;
        }
        catch (Exception exception)
        {
            connection.Dispose();
            throw connection.Explain(exception);
        }
    }

    private async Task PumpAsync(Connection connection)
    {
        var watching = WatchAsync(connection);
        try
        {
            while (_closed is null)
            {
                while (_closed is null && _queue.TryTake(WriteBytes, out var frames))
                {
                    connection.Limit(_parts.Options.SendTimeout, "sending");
                    await connection.WriteAsync(frames);
                    connection.Unlimit();
                }

                await _queue.WaitAsync(_stop.Token);
            }

            throw new RaftTransportException(_closed);
        }
        catch (Exception exception)
        {
            connection.Dispose();
            await watching;

            // What the other side said explains more than that the connection broke.
            throw _closed is { Length: > 0 } said ? new RaftTransportException(said) : connection.Explain(exception);
        }
    }

    // Nothing comes but a reason, or the end.
    private async Task WatchAsync(Connection connection)
    {
        var reason = "the other side has closed the connection";
        try
        {
            if (await connection.Reader.ReadAsync() is { } frame)
            {
                reason = Handshake.ReasonOf(frame);
            }
        }
        catch (Exception exception) when (Connection.IsEnd(exception))
        {
            reason = "";
        }

        _closed = reason;
        _queue.Signal();
    }

    private void Fail(string reason)
    {
        var (id, address) = (_parts.Node.Id, _address.ToString() ?? "?");
        if (reason == _lastReason)
        {
            TransportLog.StillDisconnected(_parts.Logger, id, _member, address, reason);
        }
        else
        {
            TransportLog.Disconnected(_parts.Logger, id, _member, address, reason);
        }

        _lastReason = reason;
        _parts.Node.Unreachable(_member);
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        double share;
        lock (_parts.Options.Random)
        {
            share = 0.5 + (_parts.Options.Random.NextDouble() / 2);
        }

        using var over = new CancellationTokenSource(pause * share, _parts.Options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, _stop.Token);
        try
        {
            await _wake.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // The pause is over, or the link is.
        }
    }
}
