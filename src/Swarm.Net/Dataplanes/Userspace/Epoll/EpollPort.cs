using System.Collections.Immutable;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Swarm.Net.Userspace;

/// <summary>
/// A TCP front end on event loops: one listener that all of them wait for, for as long as the front end is wanted,
/// whatever is behind it.
/// </summary>
internal sealed class EpollPort : IPort
{
    private readonly Frontend _frontend;
    private readonly PortState _state;
    private readonly EventLoops _loops;
    private readonly Socket _listener;
    private readonly Acceptor[] _acceptors;
    private volatile bool _isClosed;

    /// <summary>Opens the front end.</summary>
    /// <exception cref="SocketException">The address is in use, or not of this machine.</exception>
    public EpollPort(VirtualServer server, RelayContext context, EventLoops loops)
    {
        _frontend = server.Frontend;
        _loops = loops;
        _listener = Sockets.Listen(server.Frontend);
        _listener.Blocking = false;

        // Linux gives every connection the options of its listener.
        Sockets.Tune(_listener);
        _state = new PortState(context);
        _state.Update(server);
        _acceptors = [.. loops.All.Select(loop => new Acceptor(this, loop))];
        Array.ForEach(_acceptors, acceptor => acceptor.Post());
    }

    public void Update(VirtualServer server) => _state.Update(server);

    // The loops see to what they carry.
    public void Sweep(long now)
    {
    }

    public bool IsEmpty => _state.Open == 0;

    public void Close()
    {
        _isClosed = true;
        Sockets.Close(_listener);
        _state.Update(_state.Server with { Backends = [] });
        Array.ForEach(_acceptors, acceptor => acceptor.Post());
    }

    // The loops do so when the plane ends, and they with it.
    public void Cut()
    {
    }

    public void Count(ImmutableArray<BackendCounters>.Builder counters) => _state.Count(_frontend, counters);

    /// <summary>Takes clients in for one loop.</summary>
    private sealed unsafe class Acceptor(EpollPort port, EventLoop loop) : IEventSource, ILoopWork
    {
        private const int None = -1;

        // Others of the port's loops shall have some of a crowd.
        private const int MostAtOnce = 8;

        private int _place = None;
        private bool _isPaused;

        /// <summary>Has the loop look whether the port is open.</summary>
        public void Post() => loop.Post(this);

        public void Run(EventLoop current)
        {
            if (!port._isClosed)
            {
                _place = loop.Enter(this);
                Watch();
            }
            else if (_place != None)
            {
                Resume();
                loop.Leave(_place);
                _place = None;
            }
        }

        public void Handle(int side, uint events)
        {
            try
            {
                var address = stackalloc byte[Posix.MaxAddress];
                for (var i = 0; i < MostAtOnce; i++)
                {
                    var size = Posix.MaxAddress;
                    var client = Posix.Accept(port._listener.SafeHandle, address, &size, Posix.NeverBlocks);
                    if (client >= 0)
                    {
                        Take(client, FlowKey.Of(address[0] == Posix.IPv4, new ReadOnlySpan<byte>(address, size)));
                    }
                    else if (Posix.LastError is not (Posix.Interrupted or Posix.Aborted) and var error)
                    {
                        Pause(error);
                        return;
                    }
                }
            }
            catch (ObjectDisposedException)
            {
                // Closed while its clients came.
            }
        }

        public void Sweep(long now)
        {
            if (_isPaused)
            {
                Resume();
                Watch();
            }
        }

        public void Abandon()
        {
        }

        private void Watch()
        {
            try
            {
                loop.Watch(port._listener.SafeHandle, _place, Posix.Readable | Posix.OneWaiterEach);
            }
            catch (ObjectDisposedException)
            {
                // Closed meanwhile.
            }
        }

        private void Take(int client, FlowKey flow)
        {
            if (!port._state.TryEnter())
            {
                RelayLog.Full(port._state.Context.Logger, port._frontend);
                Posix.Reset(client);
                return;
            }

            var chosen = port._loops.Place(loop);
            var relay = new EpollRelay(client, flow, port._state);
            chosen.AddLoad(1);
            if (chosen == loop)
            {
                relay.Run(loop);
            }
            else
            {
                chosen.Post(relay);
            }
        }

        // With no descriptor left the listener would be told of again and again.
        private void Pause(int error)
        {
            if (error == Posix.WouldBlock)
            {
                return;
            }

            RelayLog.AcceptFailed(
                port._state.Context.Logger, port._frontend, Marshal.GetPInvokeErrorMessage(error));
            loop.Unwatch(port._listener.SafeHandle);
            _isPaused = true;

            // Only loops with something to do are swept.
            loop.AddLoad(1);
        }

        private void Resume()
        {
            if (_isPaused)
            {
                _isPaused = false;
                loop.AddLoad(-1);
            }
        }
    }
}
