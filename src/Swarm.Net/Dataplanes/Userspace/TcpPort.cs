using System.Collections.Immutable;
using System.Net.Sockets;

namespace Swarm.Net.Userspace;

/// <summary>A TCP front end on the sockets of the runtime, for systems without epoll.</summary>
internal sealed class TcpPort : IPort
{
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly HashSet<TcpRelay> _relays = [];
    private readonly Frontend _frontend;
    private readonly PortState _state;
    private readonly Socket _listener;
    private volatile bool _isClosed;

    /// <summary>Opens the front end.</summary>
    /// <exception cref="SocketException">The address is in use, or not of this machine.</exception>
    public TcpPort(VirtualServer server, RelayContext context)
    {
        _frontend = server.Frontend;
        _listener = Sockets.Listen(server.Frontend);
        _state = new PortState(context);
        _state.Update(server);
        _ = RelayContext.StartAsync(AcceptAsync);
    }

    public void Update(VirtualServer server) => _state.Update(server);

    public void Sweep(long now)
    {
        TcpRelay[] relays;
        lock (_gate)
        {
            relays = [.. _relays];
        }

        foreach (var relay in relays)
        {
            relay.Sweep(now);
        }
    }

    public void Count(ImmutableArray<BackendCounters>.Builder counters) => _state.Count(_frontend, counters);

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _relays.Count == 0;
            }
        }
    }

    public void Close()
    {
        _isClosed = true;
        Sockets.Close(_listener);
        _state.Update(_state.Server with { Backends = [] });
    }

    public void Cut()
    {
        lock (_gate)
        {
            foreach (var relay in _relays)
            {
                relay.Cut();
            }
        }
    }

    private async Task AcceptAsync()
    {
        while (!_isClosed)
        {
            try
            {
                Take(await _listener.AcceptAsync());
            }
            catch (Exception exception) when (_isClosed && exception is SocketException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception)
            {
                // A client that has gone again, or no descriptor left: neither ends the port.
                RelayLog.AcceptFailed(_state.Context.Logger, _frontend, exception.Message);
                await Task.Delay(AcceptPause, _state.Context.Time);
            }
        }
    }

    private void Take(Socket client)
    {
        if (!_state.TryEnter())
        {
            RelayLog.Full(_state.Context.Logger, _frontend);
            Sockets.Reset(client);
            return;
        }

        var relay = new TcpRelay(client, _state);
        lock (_gate)
        {
            _relays.Add(relay);
        }

        _ = FollowAsync(relay);
    }

    private async Task FollowAsync(TcpRelay relay)
    {
        try
        {
            await relay.RunAsync();
        }
        catch (Exception exception)
        {
            RelayLog.RelayFailed(_state.Context.Logger, exception, _frontend);
        }
        finally
        {
            lock (_gate)
            {
                _relays.Remove(relay);
            }

            _state.Leave();
        }
    }
}
