using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Swarm.Net.Userspace;

/// <summary>
/// A UDP front end: one socket for clients, and for each client one towards its back end. A client whose back end
/// drains, goes or turns packets away gets another one with its next packet.
/// </summary>
internal sealed partial class UdpPort : IPort
{
    private const int MaxPacket = ushort.MaxValue;

    private readonly Lock _gate = new();
    private readonly Dictionary<SocketAddress, UdpFlow> _flows = [];
    private readonly Frontend _frontend;
    private readonly PortState _state;
    private readonly Socket _listener;
    private volatile bool _isClosed;

    /// <summary>Opens the front end.</summary>
    /// <exception cref="SocketException">The address is in use, or not of this machine.</exception>
    public UdpPort(VirtualServer server, RelayContext context)
    {
        _frontend = server.Frontend;
        _listener = Sockets.Listen(server.Frontend);
        _state = new PortState(context);
        _state.Update(server);
        _ = RelayContext.StartAsync(ReceiveAsync);
    }

    public void Update(VirtualServer server) => _state.Update(server);

    public void Sweep(long now)
    {
        lock (_gate)
        {
            foreach (var flow in _flows.Values.Where(flow => flow.IsClosed || flow.IsIdle(now)).ToArray())
            {
                _flows.Remove(flow.Client);
                flow.Dispose();
            }
        }
    }

    public void Count(ImmutableArray<BackendCounters>.Builder counters) => _state.Count(_frontend, counters);

    // Answers go out through the listener, and without it there is nothing to finish.
    public bool IsEmpty => true;

    public void Close()
    {
        _isClosed = true;
        _listener.Dispose();
        Cut();
    }

    public void Cut()
    {
        lock (_gate)
        {
            foreach (var flow in _flows.Values)
            {
                flow.Dispose();
            }

            _flows.Clear();
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = GC.AllocateUninitializedArray<byte>(MaxPacket, pinned: true).AsMemory();
        var client = new SocketAddress(_frontend.Address.AddressFamily);
        while (!_isClosed)
        {
            try
            {
                client.Size = SocketAddress.GetMaximumAddressSize(_frontend.Address.AddressFamily);
                var count = await _listener.ReceiveFromAsync(buffer, SocketFlags.None, client);
                await PassOnAsync(client, buffer[..count]);
            }
            catch (Exception exception) when (_isClosed && exception is SocketException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception)
            {
                // Some client does not want what it was sent.
                LogReceiveFailed(_state.Context.Logger, _frontend, exception.Message);
            }
        }
    }

    private async ValueTask PassOnAsync(SocketAddress client, ReadOnlyMemory<byte> packet)
    {
        var attempts = _state.Context.Options.ConnectAttempts;
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            if (FlowOf(client) is not { } flow || await flow.TrySendAsync(packet))
            {
                return;
            }
        }
    }

    private UdpFlow? FlowOf(SocketAddress client)
    {
        lock (_gate)
        {
            if (_flows.TryGetValue(client, out var known))
            {
                if (known.IsUsable)
                {
                    return known;
                }

                // The last back ends there are may be drained ones.
                if (!known.IsClosed && _state.Next(FlowKey.Of(client), tried: null) == known.Slot)
                {
                    return known;
                }

                _flows.Remove(client);
                known.Dispose();
            }

            return NewFlow(client);
        }
    }

    private UdpFlow? NewFlow(SocketAddress client)
    {
        if (_state.Next(FlowKey.Of(client), tried: null) is not { } slot)
        {
            return null;
        }

        if (!_state.TryEnter())
        {
            LogFull(_state.Context.Logger, _frontend);
            return null;
        }

        try
        {
            var key = new SocketAddress(client.Family, client.Size);
            client.Buffer[..client.Size].CopyTo(key.Buffer);
            var flow = new UdpFlow(key, slot, _state);
            _flows.Add(key, flow);
            _ = RelayContext.StartAsync(() => flow.AnswerAsync(_listener));
            return flow;
        }
        catch (SocketException exception)
        {
            _state.Leave();
            slot.Failed(_state.Context.Now, _state.Context.Second);
            LogReceiveFailed(_state.Context.Logger, _frontend, exception.Message);
            return null;
        }
    }

    [LoggerMessage(3010, LogLevel.Debug, "{Frontend} could not pass a packet on: {Reason}")]
    private static partial void LogReceiveFailed(ILogger logger, Frontend frontend, string reason);

    [LoggerMessage(3011, LogLevel.Warning, "{Frontend} has as many clients as it may have and drops a packet")]
    private static partial void LogFull(ILogger logger, Frontend frontend);
}
