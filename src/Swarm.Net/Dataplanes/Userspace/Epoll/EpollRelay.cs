using System.Net;
using Swarm.Net.Balancing;

namespace Swarm.Net.Userspace;

/// <summary>One client's connection and the one to its back end, on an event loop.</summary>
internal sealed unsafe class EpollRelay(int client, FlowKey flow, PortState state) : IEventSource, ILoopWork
{
    private const int Client = 0;
    private const int Server = 1;
    private const int None = -1;
    private const uint Everything = Posix.Readable | Posix.Writable | Posix.PeerFinished | Posix.OnChange;

    private readonly RelayContext _context = state.Context;
    private EventLoop _loop = null!;
    private RelayPump _up;
    private RelayPump _down;
    private BackendSlot? _slot;
    private List<BackendSlot>? _tried;
    private int _server = None;
    private int _place;
    private int _attempts;
    private long _connectDeadline;
    private long _lastMoved;
    private bool _isOpen;
    private bool _isProbed;
    private bool _isOver;

    /// <summary>Begins on the loop that it stays on.</summary>
    public void Run(EventLoop loop)
    {
        _loop = loop;
        _place = loop.Enter(this);
        _lastMoved = loop.Now;
        Connect();
    }

    public void Handle(int side, uint events)
    {
        if (_isOver || (!_isOpen && !HasConnected(events)))
        {
            return;
        }

        if ((events & Posix.Failed) != 0)
        {
            Cut();
            return;
        }

        if ((events & Posix.Writable) != 0)
        {
            Flush(side);
        }

        const uint readable = Posix.Readable | Posix.PeerFinished | Posix.HungUp;
        if ((events & readable) != 0 && !_isOver)
        {
            Pump(side, mayHaveEnded: (events & readable) != Posix.Readable);
        }
    }

    /// <summary>Ends what has had its time.</summary>
    public void Sweep(long now)
    {
        var options = _context.Options;
        var idle = now - _lastMoved;
        if (!_isOpen)
        {
            if (now >= _connectDeadline)
            {
                PassOver();
                Connect();
            }
        }
        else if (now >= _slot!.DrainDeadline
            || (options.TcpIdle is { } limit && idle > _context.TicksOf(limit))
            || ((_up.HasEnded || _down.HasEnded) && idle > _context.TicksOf(options.HalfClosedIdle)))
        {
            Cut();
        }
        else if (!_isProbed)
        {
            // Most connections are over before this, and never pay for it.
            _isProbed = true;
            Posix.Probe(_server);
        }
    }

    public void Abandon() => Cut();

    private void Connect()
    {
        while (_attempts++ < _context.Options.ConnectAttempts && state.Next(flow, _tried) is { } slot)
        {
            // Counted before it is open, or least connections would send a burst to one place.
            slot.Enter();
            _slot = slot;
            var address = slot.Address.Buffer.Span[..slot.Address.Size];
            _server = Posix.OpenTcp(address[0]);
            if (_server < 0)
            {
                // Without a descriptor no back end can be reached, and none is to blame.
                break;
            }

            int error;
            fixed (byte* pointer = address)
            {
                error = Posix.Connect(_server, pointer, address.Length) == 0 ? 0 : Posix.LastError;
            }

            if (error is 0 or Posix.InProgress && _loop.Watch(_server, _place, Server, Everything))
            {
                _connectDeadline = _context.After(_context.Options.ConnectTimeout);
                if (error == 0)
                {
                    Open();
                }

                return;
            }

            PassOver();
        }

        Cut();
    }

    // Called with what happened to the attempt.
    private bool HasConnected(uint events)
    {
        if (Posix.ErrorOf(_server) == 0)
        {
            if ((events & Posix.Writable) != 0)
            {
                Open();
            }

            return _isOpen && !_isOver;
        }

        PassOver();
        Connect();
        return false;
    }

    private void Open()
    {
        _isOpen = true;
        _tried = null;
        _slot!.Succeeded();

        // A back end that speaks first must be greeted before its client has said a word.
        if (state.Server.ProxyProtocol is not ProxyProtocol.None and var version
            && _up.Send(_server, HeaderOf(version)) == RelayPump.Outcome.Broken)
        {
            Cut();
        }
        else if (!_loop.Watch(client, _place, Client, Everything))
        {
            Cut();
        }
    }

    private byte[] HeaderOf(ProxyProtocol version)
    {
        var bytes = stackalloc byte[Posix.MaxAddress];
        var size = Posix.MaxAddress;
        _ = Posix.GetPeerAddress(client, bytes, &size);
        var from = EndPointOf(new ReadOnlySpan<byte>(bytes, size));
        size = Posix.MaxAddress;
        _ = Posix.GetLocalAddress(client, bytes, &size);
        return ProxyHeader.Of(version, from, EndPointOf(new ReadOnlySpan<byte>(bytes, size)));
    }

    private static IPEndPoint EndPointOf(ReadOnlySpan<byte> bytes)
    {
        var any = bytes[0] == Posix.IPv4 ? IPAddress.Any : IPAddress.IPv6Any;
        var address = new SocketAddress(any.AddressFamily, bytes.Length);
        bytes.CopyTo(address.Buffer.Span);
        return (IPEndPoint)new IPEndPoint(any, 0).Create(address);
    }

    private void PassOver()
    {
        _slot!.Failed(_loop.Now, _context.Second);
        _slot.Leave();
        (_tried ??= []).Add(_slot);
        _slot = null;
        _loop.Unwatch(_server);
        _ = Posix.Close(_server);
        _server = None;
    }

    private void Flush(int receiver)
    {
        ref var pump = ref receiver == Server ? ref _up : ref _down;
        if (!pump.IsBlocked)
        {
            return;
        }

        var outcome = pump.Flush(receiver == Server ? _server : client);
        if (outcome == RelayPump.Outcome.More)
        {
            // What came meanwhile has had its event.
            Pump(1 - receiver, mayHaveEnded: true);
        }
        else if (outcome == RelayPump.Outcome.Broken)
        {
            Cut();
        }
    }

    private void Pump(int sender, bool mayHaveEnded)
    {
        ref var pump = ref sender == Client ? ref _up : ref _down;
        if (pump.HasEnded || pump.IsBlocked)
        {
            return;
        }

        _lastMoved = _loop.Now;
        var (from, to) = sender == Client ? (client, _server) : (_server, client);
        switch (pump.Pump(_loop, from, to, mayHaveEnded))
        {
            case RelayPump.Outcome.More:
                _loop.Again(this, sender);
                break;
            case RelayPump.Outcome.Ended:
                pump.HasEnded = true;
                End(to);
                break;
            case RelayPump.Outcome.Broken:
                Cut();
                break;
        }
    }

    private void End(int receiver)
    {
        if (_up.HasEnded && _down.HasEnded)
        {
            Leave();
            _ = Posix.Close(client);
            _ = Posix.Close(_server);
        }
        else
        {
            _ = Posix.Shutdown(receiver, Posix.ShutdownSend);
        }
    }

    // One side is gone, or has had its time: the other side is told by a reset.
    private void Cut()
    {
        if (_isOver)
        {
            return;
        }

        Leave();
        Posix.Reset(client);
        if (_server >= 0)
        {
            Posix.Reset(_server);
        }
    }

    private void Leave()
    {
        _isOver = true;
        _up.Release(_loop);
        _down.Release(_loop);
        _slot?.Leave();
        _loop.Leave(_place);
        _loop.AddLoad(-1);
        state.Leave();
    }
}
