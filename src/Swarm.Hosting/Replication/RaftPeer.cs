using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Swarm.Dispatch;
using Protos = Swarm.Hosting.Wire.Protos;
using RaftPb = Swarm.Hosting.Wire.Protos.Raftpb;

namespace Swarm.Hosting.Replication;

/// <summary>The way of the log to one other member: a queue, and a connection that is made anew when it has to be.</summary>
internal sealed class RaftPeer : IDisposable
{
    /// <summary>What a manager says to a member that was taken out.</summary>
    public const string Removed = "raft: member was removed from the cluster";

    /// <summary>SwarmKit's number. The core bounds what the messages hold.</summary>
    private const int QueueLimit = 4096;

    /// <summary>Bytes of a snapshot in one message: below SwarmKit's limit for a message, with room for the rest.</summary>
    private const int ChunkBytes = 3 * 1024 * 1024;

    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(2);

    /// <summary>SwarmKit's number.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(8);

    private readonly Channel<RaftPb.Message> _queue = Channel.CreateBounded<RaftPb.Message>(
        new BoundedChannelOptions(QueueLimit) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly ulong _id;
    private readonly Func<string, GrpcChannel> _connect;
    private readonly IPeerReports _reports;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private string _address;
    private GrpcChannel? _channel;
    private volatile bool _isActive;

    /// <param name="id">The member's raft id.</param>
    /// <param name="address">Where it is reached.</param>
    /// <param name="connect">Opens a connection as this node is now.</param>
    /// <param name="reports">Told how sending goes.</param>
    /// <param name="time">The clock.</param>
    public RaftPeer(
        ulong id,
        string address,
        Func<string, GrpcChannel> connect,
        IPeerReports reports,
        TimeProvider time)
    {
        (_id, _address, _connect, _reports, _time) = (id, address, connect, reports, time);
        Running = Nodes.Detached.RunAsync(RunAsync);
    }

    /// <summary>Where it is reached.</summary>
    public string Address
    {
        get
        {
            lock (_gate)
            {
                return _address;
            }
        }
    }

    /// <summary>Whether the last thing that was sent arrived.</summary>
    public bool IsActive => _isActive;

    /// <summary>Ends when the peer was disposed of.</summary>
    public Task Running { get; }

    public void Send(RaftPb.Message message)
    {
        if (!_queue.Writer.TryWrite(message))
        {
            _isActive = false;
            _reports.Unreachable(_id);
        }
    }

    /// <summary>Connects anew for the next message: to another address, or with another certificate.</summary>
    public void Reconnect(string address)
    {
        lock (_gate)
        {
            _address = address;
            _channel?.Dispose();
            _channel = null;
        }
    }

    /// <summary>Asks the member whether it serves.</summary>
    public async Task<bool> IsHealthyAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await new Protos.Health.HealthClient(Connected()).CheckAsync(
                new() { Service = "Raft" },
                deadline: Deadline(SendTimeout),
                cancellationToken: cancellationToken);
            return answer.Status == Protos.HealthCheckResponse.Types.ServingStatus.Serving;
        }
        catch (Exception exception) when (exception is RpcException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Disposes of the peer once what is queued was sent: it may not know yet that it was removed.</summary>
    public void DisposeSoon()
    {
        _queue.Writer.TryComplete();
        _ = Task.Delay(DrainTime, _time, _stop.Token).ContinueWith(
            _ => Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    public void Dispose()
    {
        Loops.Stop(_stop);
        _queue.Writer.TryComplete();
        lock (_gate)
        {
            _channel?.Dispose();
            _channel = null;
        }
    }

    private async Task RunAsync()
    {
        try
        {
            _isActive = await IsHealthyAsync(_stop.Token);
            while (await _queue.Reader.WaitToReadAsync(_stop.Token))
            {
                while (_queue.Reader.TryRead(out var message))
                {
                    await SendAsync(message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The peer is not needed any more.
        }
    }

    private async Task SendAsync(RaftPb.Message message)
    {
        if (message.Type == RaftPb.MessageType.MsgSnap)
        {
            // Heartbeats must not wait for it.
            _ = Nodes.Detached.RunAsync(() => SendSnapshotAsync(message));
            return;
        }

        try
        {
            await new Protos.Raft.RaftClient(Connected()).ProcessRaftMessageAsync(
                new() { Message = message },
                deadline: Deadline(SendTimeout),
                cancellationToken: _stop.Token);
            _isActive = true;
        }
        catch (Exception exception) when (exception is RpcException or ObjectDisposedException)
        {
            Fail(exception);

            // They would be late, and each would have to find out anew; what matters is sent again.
            while (_queue.Reader.TryRead(out _))
            {
            }
        }
    }

    private async Task SendSnapshotAsync(RaftPb.Message message)
    {
        try
        {
            using var snapshot = _reports.OpenSnapshot(message);
            using var watchdog = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            using var call = new Protos.Raft.RaftClient(Connected()).StreamRaftMessage(
                cancellationToken: watchdog.Token);
            var buffer = new byte[ChunkBytes];
            var isFirst = true;
            while (true)
            {
                var count = await snapshot.ReadAtLeastAsync(
                    buffer, buffer.Length, throwOnEndOfStream: false, watchdog.Token);
                if (count == 0 && !isFirst)
                {
                    break;
                }

                isFirst = false;

                // The buffer is free again once the part is written: no other memory is taken, whatever the size.
                message.Snapshot.Data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, count));
                await call.RequestStream
                    .WriteAsync(new() { Message = message }, watchdog.Token)
                    .WaitAsync(SendTimeout * 5, _time, watchdog.Token);
            }

            await call.RequestStream.CompleteAsync();
            await call.ResponseAsync.WaitAsync(SendTimeout * 15, _time, watchdog.Token);
            _isActive = true;
            _reports.SnapshotSent(_id, arrived: true);
        }
        catch (Exception exception) when (!_stop.IsCancellationRequested)
        {
            _reports.SnapshotSent(_id, arrived: false);
            Fail(exception);
        }
    }

    private void Fail(Exception exception)
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        _isActive = false;
        _reports.Failed(_id, exception);
        _reports.Unreachable(_id);
        if (exception is RpcException { StatusCode: StatusCode.NotFound } rpc
            && rpc.Status.Detail.Contains(Removed, StringComparison.Ordinal))
        {
            _reports.SelfRemoved();
        }
    }

    private GrpcChannel Connected()
    {
        lock (_gate)
        {
            _stop.Token.ThrowIfCancellationRequested();
            return _channel ??= _connect(_address);
        }
    }

    private DateTime Deadline(TimeSpan limit) => _time.GetUtcNow().UtcDateTime + limit;
}

/// <summary>What a peer tells about sending, and asks for.</summary>
internal interface IPeerReports
{
    void Unreachable(ulong id);

    void Failed(ulong id, Exception exception);

    void SnapshotSent(ulong id, bool arrived);

    /// <summary>The others say that this member is one no longer.</summary>
    void SelfRemoved();

    /// <summary>Opens the newest snapshot for a message, whose metadata becomes that of the snapshot.</summary>
    Stream OpenSnapshot(RaftPb.Message message);
}
