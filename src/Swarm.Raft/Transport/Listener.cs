using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Transport;

/// <summary>Takes connections of other members.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private const int Backlog = 64;

    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly TransportParts _parts;
    private readonly Func<PeerId, PeerLink?> _find;
    private readonly ConcurrentDictionary<Socket, PeerId> _open = [];
    private readonly ConcurrentDictionary<Task, bool> _serving = [];
    private readonly ConcurrentDictionary<PeerId, Connection> _messages = [];
    private Task _accepting = Task.CompletedTask;

    private Listener(Socket socket, TransportParts parts, Func<PeerId, PeerLink?> find) =>
        (_socket, _parts, _find) = (socket, parts, find);

    /// <summary>Where it listens, with the port that the system chose if none was asked for.</summary>
    public EndPoint Address => _socket.LocalEndPoint!;

    /// <summary>Opens the socket; connections wait until <see cref="Start"/>.</summary>
    /// <exception cref="SocketException">The address is taken, or not one of this machine.</exception>
    public static Listener Open(EndPoint address, TransportParts parts, Func<PeerId, PeerLink?> find)
    {
        var socket = Connection.NewSocket(address);
        try
        {
            socket.Bind(address);
            socket.Listen(Backlog);
            return new Listener(socket, parts, find);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Start()
    {
        TransportLog.Listening(_parts.Logger, _parts.Node.Id, Address.ToString() ?? "?");
        _accepting = _parts.RunAsync(AcceptAsync);
    }

    /// <summary>Ends the connections of a member that is one no longer.</summary>
    public void Disconnect(PeerId member)
    {
        foreach (var (socket, from) in _open)
        {
            if (from == member)
            {
                socket.Dispose();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _accepting;
        while (_serving.Keys.FirstOrDefault() is { } serving)
        {
            // One that was accepted just now may not be among them yet: it sees that the transport has stopped.
            foreach (var socket in _open.Keys)
            {
                socket.Dispose();
            }

            await serving;
        }
    }

    // Whoever has gone already has no address.
    private static string RemoteOf(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint?.ToString() ?? "?";
        }
        catch (SocketException)
        {
            return "?";
        }
    }

    private async Task AcceptAsync()
    {
        while (!_parts.Stop.IsCancellationRequested)
        {
            try
            {
                Take(await _socket.AcceptAsync());
            }
            catch (Exception) when (_parts.Stop.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException exception)
            {
                // No descriptors left, for instance; it may pass.
                TransportLog.NotAccepting(_parts.Logger, _parts.Node.Id, exception.Message);
                await Task.Delay(AcceptPause, _parts.Options.Time);
            }
        }
    }

    private void Take(Socket socket)
    {
        if (_serving.Count >= _parts.Options.MaxConnections)
        {
            TransportLog.Refused(
                _parts.Logger, _parts.Node.Id, RemoteOf(socket), "too many connections are open");
            socket.Dispose();
            return;
        }

        var serving = _parts.RunAsync(() => ServeAsync(socket));
        _serving[serving] = true;
        _ = serving.ContinueWith(
            task => _serving.TryRemove(task, out _),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task ServeAsync(Socket socket)
    {
        var remote = RemoteOf(socket);
        _open[socket] = default;
        try
        {
            _parts.Stop.ThrowIfCancellationRequested();
            var options = _parts.Options;
            using var connection = await Connection.AcceptAsync(
                socket, options.Tls, options.ConnectTimeout, options.Time);
            await ServeAsync(connection, socket);
        }
        catch (Exception exception) when (Connection.IsEnd(exception))
        {
            if (!_parts.Stop.IsCancellationRequested)
            {
                TransportLog.Refused(_parts.Logger, _parts.Node.Id, remote, exception.Message);
            }
        }
        finally
        {
            _open.TryRemove(socket, out _);
            socket.Dispose();
        }
    }

    private async Task ServeAsync(Connection connection, Socket socket)
    {
        var member = default(PeerId);
        try
        {
            var hello = await Handshake.ReadAsync(connection);
            if (hello.WhyRefused(_parts.Options.Cluster, _parts.Node.Id, _find(hello.From) is not null) is { } refusal)
            {
                throw new RaftTransportException(refusal);
            }

            Handshake.Identify(connection, hello.From, _parts.Options.Tls);
            member = hello.From;
            _open[socket] = member;
            await connection.WriteAsync(FrameType.Welcome, default);
            connection.Unlimit();
            connection.Reader.MaxLength = _parts.Options.MaxFrameBytes;
            _find(member)?.Wake();
            await (hello.Purpose == ConnectionPurpose.Snapshot
                ? new SnapshotReceiver(connection, member, _parts).RunAsync()
                : ReceiveAsync(connection, member));
        }
        catch (Exception exception) when (exception is RaftTransportException or RaftProtocolException)
        {
            TransportLog.Refused(_parts.Logger, _parts.Node.Id, connection.Remote, exception.Message);
            await connection.RefuseAsync(exception.Message);
        }
        catch (Exception exception) when (Connection.IsEnd(exception) && !member.IsNobody)
        {
            TransportLog.Ended(
                _parts.Logger, _parts.Node.Id, member, connection.Remote, connection.Explain(exception).Message);
        }
    }

    // A member that connects anew has given up its former connection, whether that is known here yet or not.
    private async Task ReceiveAsync(Connection connection, PeerId member)
    {
        while (!_messages.TryAdd(member, connection))
        {
            if (_messages.TryRemove(member, out var former))
            {
                former.Dispose();
            }
        }

        try
        {
            await new MessageReceiver(connection, member, _parts.Node).RunAsync();
        }
        finally
        {
            _messages.TryRemove(KeyValuePair.Create(member, connection));
        }
    }
}
