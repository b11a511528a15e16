using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Swarm.Net.Balancing;

namespace Swarm.Net.Userspace;

/// <summary>One client's connection and the one to its back end, on the sockets of the runtime.</summary>
internal sealed class TcpRelay(Socket client, PortState state)
{
    private readonly RelayContext _context = state.Context;
    private Socket? _server;
    private BackendSlot? _slot;
    private long _lastMoved = state.Context.Now;
    private int _finished;
    private int _isCut;

    /// <summary>Connects and carries both directions until both have ended.</summary>
    public async Task RunAsync()
    {
        try
        {
            if (!await ConnectAsync())
            {
                Cut();
                return;
            }

            await Task.WhenAll(PumpAsync(client, _server!), PumpAsync(_server!, client));
            client.Dispose();
            _server!.Dispose();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // One side is gone, or the connection was cut: the other side is told by a reset.
            Cut();
        }
        finally
        {
            _slot?.Leave();
        }
    }

    /// <summary>Ends what has had its time.</summary>
    public void Sweep(long now)
    {
        var idle = now - Volatile.Read(ref _lastMoved);
        var options = _context.Options;
        if (_slot is { } slot && now >= slot.DrainDeadline)
        {
            Cut();
        }
        else if ((options.TcpIdle is { } limit && idle > _context.TicksOf(limit))
            || (Volatile.Read(ref _finished) > 0 && idle > _context.TicksOf(options.HalfClosedIdle)))
        {
            Cut();
        }
    }

    /// <summary>Resets both sides.</summary>
    public void Cut()
    {
        Volatile.Write(ref _isCut, 1);
        Sockets.Reset(client);
        if (Volatile.Read(ref _server) is { } server)
        {
            Sockets.Reset(server);
        }
    }

    private async ValueTask<bool> ConnectAsync()
    {
        Sockets.Tune(client);
        var from = (IPEndPoint)client.RemoteEndPoint!;
        var flow = FlowKey.Of(from);
        List<BackendSlot>? tried = null;
        for (var attempt = 0; attempt < _context.Options.ConnectAttempts; attempt++)
        {
            if (state.Next(flow, tried) is not { } slot)
            {
                break;
            }

            // Counted before it is open, or least connections would send a burst to one place.
            slot.Enter();
            if (await TryConnectAsync(slot) is { } server)
            {
                Volatile.Write(ref _slot, slot);
                Volatile.Write(ref _server, server);
                if (Volatile.Read(ref _isCut) != 0)
                {
                    Sockets.Reset(server);
                }

                await GreetAsync(server, from);
                return true;
            }

            slot.Leave();
            (tried ??= []).Add(slot);
        }

        return false;
    }

    private async ValueTask<Socket?> TryConnectAsync(BackendSlot slot)
    {
        try
        {
            var server = await Sockets.ConnectAsync(slot.EndPoint, _context.Options.ConnectTimeout, _context.Time);
            slot.Succeeded();
            return server;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            slot.Failed(_context.Now, _context.Second);
            return null;
        }
    }

    // A back end that speaks first must be greeted before its client has said a word.
    private async ValueTask GreetAsync(Socket server, IPEndPoint from)
    {
        if (state.Server.ProxyProtocol != ProxyProtocol.None)
        {
            var header = ProxyHeader.Of(state.Server.ProxyProtocol, from, (IPEndPoint)client.LocalEndPoint!);
            await SendAsync(server, header);
        }
    }

    // Nothing is read while the other side does not take what was read before.
    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(_context.Options.BufferBytes);
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory(), SocketFlags.None) is > 0 and var count)
            {
                Volatile.Write(ref _lastMoved, _context.Now);
                await SendAsync(to, buffer.AsMemory(0, count));
            }

            Interlocked.Increment(ref _finished);
            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            // The other direction is waiting, and would wait on.
            Cut();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask SendAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await to.SendAsync(bytes, SocketFlags.None)..];
        }
    }
}
