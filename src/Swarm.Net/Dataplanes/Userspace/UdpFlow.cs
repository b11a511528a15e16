using System.Net;
using System.Net.Sockets;
using Swarm.Net.Balancing;

namespace Swarm.Net.Userspace;

/// <summary>What one UDP client sends, and what comes back: a socket of its own towards one back end.</summary>
internal sealed class UdpFlow : IDisposable
{
    private readonly PortState _state;
    private readonly Socket _socket;
    private long _lastMoved;
    private int _isClosed;

    public UdpFlow(SocketAddress client, BackendSlot slot, PortState state)
    {
        (Client, Slot, _state) = (client, slot, state);
        _lastMoved = state.Context.Now;
        _socket = new Socket(slot.EndPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            _socket.Connect(slot.EndPoint);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        slot.Enter();
    }

    public SocketAddress Client { get; }

    public BackendSlot Slot { get; }

    /// <summary>False once it has to make way for a new flow of the same client.</summary>
    public bool IsUsable => Slot.IsActive && Volatile.Read(ref _isClosed) == 0;

    public bool IsClosed => Volatile.Read(ref _isClosed) != 0;

    public bool IsIdle(long now) =>
        now - Volatile.Read(ref _lastMoved) > _state.Context.TicksOf(_state.Context.Options.UdpIdle);

    /// <summary>Sends a packet on; false when the back end turns packets away.</summary>
    public async ValueTask<bool> TrySendAsync(ReadOnlyMemory<byte> packet)
    {
        try
        {
            Volatile.Write(ref _lastMoved, _state.Context.Now);
            await _socket.SendAsync(packet, SocketFlags.None);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Refused();
            return false;
        }
    }

    /// <summary>Carries answers back until the flow is closed.</summary>
    public async Task AnswerAsync(Socket listener)
    {
        // Datagrams are never longer.
        var buffer = GC.AllocateUninitializedArray<byte>(ushort.MaxValue);
        try
        {
            while (!IsClosed)
            {
                var count = await _socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None);
                Slot.Succeeded();
                Volatile.Write(ref _lastMoved, _state.Context.Now);
                await listener.SendToAsync(buffer.AsMemory(0, count), SocketFlags.None, Client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Refused();
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            _socket.Dispose();
            Slot.Leave();
            _state.Leave();
        }
    }

    private void Refused()
    {
        if (!IsClosed)
        {
            Slot.Failed(_state.Context.Now, _state.Context.Second);
            Dispose();
        }
    }
}
