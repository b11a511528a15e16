using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Swarm.Raft.Consensus;
using Swarm.Raft.Transport;

namespace Swarm.Raft;

/// <summary>
/// Carries messages between members over TCP, with mutual TLS where it is given certificates. Each member opens one
/// connection to each other for what it sends, and one for each snapshot. It loses rather than waits: memory is bounded
/// whatever the others do.
/// </summary>
/// <remarks>Thread-safe. Started by the node that it is given to; disposed of by whoever made it, after the node.</remarks>
public sealed class TcpRaftTransport : IRaftTransport, IAsyncDisposable
{
    // Tags and lengths around the entries of an append, and room for what may come.
    private const int FrameOverhead = 64 * 1024;

    private readonly EndPoint _listen;
    private readonly TcpRaftTransportOptions _options;
    private readonly Lock _gate = new();
    private readonly Dictionary<PeerId, EndPoint> _addresses;
    private readonly ConcurrentDictionary<PeerId, PeerLink> _links = [];
    private readonly CancellationTokenSource _stop = new();
    private TransportParts? _parts;
    private Listener? _listener;
    private bool _isDisposed;

    /// <summary>Makes a transport; it opens nothing before it is started.</summary>
    /// <param name="listen">Where this member listens; port 0 lets the system choose one.</param>
    /// <param name="peers">Where the other members are; more can come with <see cref="SetPeer"/>. Copied.</param>
    /// <param name="options">Settings; null for the defaults, which send everything in plain text.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public TcpRaftTransport(
        EndPoint listen, IReadOnlyDictionary<PeerId, EndPoint> peers, TcpRaftTransportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(listen);
        ArgumentNullException.ThrowIfNull(peers);
        _listen = listen;
        _addresses = new Dictionary<PeerId, EndPoint>(peers);
        _options = (options ?? new TcpRaftTransportOptions()).Validated();
    }

    /// <summary>Where this member listens, with the port that was chosen; null before it is started.</summary>
    public EndPoint? LocalEndPoint => Volatile.Read(ref _listener)?.Address;

    /// <summary>Tells where a member is: one that is about to join, or that has moved.</summary>
    /// <param name="id">The member.</param>
    /// <param name="address">Its address. A name is looked up at each connection.</param>
    public void SetPeer(PeerId id, EndPoint address)
    {
        ArgumentNullException.ThrowIfNull(address);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _addresses[id] = address;
            if (_links.TryGetValue(id, out var link))
            {
                link.Address = address;
            }
            else if (_parts is { } parts && id != parts.Node.Id)
            {
                _links[id] = new PeerLink(id, address, parts);
            }
        }
    }

    /// <summary>Forgets a member that was removed: its connections end, and it is refused from now on.</summary>
    /// <param name="id">The member.</param>
    /// <returns>Completes when nothing is sent to it any more.</returns>
    public async ValueTask RemovePeerAsync(PeerId id)
    {
        PeerLink? link;
        lock (_gate)
        {
            _addresses.Remove(id);
            _links.TryRemove(id, out link);
        }

        _listener?.Disconnect(id);
        if (link is not null)
        {
            await link.DisposeAsync();
        }
    }

    /// <summary>Whether a member can be sent to now, as far as is known.</summary>
    /// <param name="id">The member.</param>
    public bool IsConnected(PeerId id) => _links.TryGetValue(id, out var link) && link.IsConnected;

    /// <summary>Opens the socket and begins to carry messages; called by <see cref="RaftNode"/>.</summary>
    /// <param name="node">The node.</param>
    /// <exception cref="SocketException">The address to listen at is taken, or not one of this machine.</exception>
    /// <exception cref="InvalidOperationException">It was started before, or entries do not fit into its frames.</exception>
    public void Start(RaftNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var needed = Math.Max(2L * node.Core.MaxAppendBytes, node.Core.MaxEntryBytes) + FrameOverhead;
        if (needed > _options.MaxFrameBytes)
        {
            throw new InvalidOperationException(
                $"Entries and appends of member {node.Id} need frames of {needed} bytes, and MaxFrameBytes of its "
                + $"transport is {_options.MaxFrameBytes}: raise that, or lower MaxAppendBytes and MaxEntryBytes.");
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_parts is not null)
            {
                throw new InvalidOperationException("A transport carries messages of one node; make another for this one.");
            }

            var parts = new TransportParts(node, _options, _stop.Token);
            var listener = Listener.Open(_listen, parts, id => _links.GetValueOrDefault(id));
            Volatile.Write(ref _listener, listener);
            _parts = parts;
            foreach (var (id, address) in _addresses)
            {
                if (id != node.Id)
                {
                    _links[id] = new PeerLink(id, address, parts);
                }
            }

            listener.Start();
        }
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<Message> messages)
    {
        foreach (ref readonly var message in messages)
        {
            if (_links.TryGetValue(message.To, out var link))
            {
                if (!link.TrySend(in message))
                {
                    _parts!.Node.Unreachable(message.To);
                }
            }
            else if (message.Type == MessageType.Snap)
            {
                _parts?.Node.SnapshotDelivered(message.To, arrived: false);
            }
        }
    }

    /// <summary>Closes all connections; what waits to be sent is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        await _stop.CancelAsync();
        foreach (var link in _links.Values)
        {
            await link.DisposeAsync();
        }

        if (_listener is not null)
        {
            await _listener.DisposeAsync();
        }

        _stop.Dispose();
    }
}
