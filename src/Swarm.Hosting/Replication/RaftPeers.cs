using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Swarm.Certificates.Nodes;
using Swarm.Hosting.Wire.Client;
using Swarm.Hosting.Wire.Mapping;
using Swarm.Raft;
using Swarm.Raft.Consensus;
using RaftPb = Swarm.Hosting.Wire.Protos.Raftpb;

namespace Swarm.Hosting.Replication;

/// <summary>The way of the log to all other members, over their swarm ports. Loses messages rather than wait.</summary>
internal sealed partial class RaftPeers : IRaftTransport, IPeerReports, IAsyncDisposable
{
    private readonly ConcurrentDictionary<ulong, RaftPeer> _peers = new();
    private readonly Lock _following = new();
    private readonly QuorumMembers _members;
    private readonly CurrentIdentity _identity;
    private readonly FileRaftStorage _storage;
    private readonly Action _onRemoved;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ulong _self;
    private RaftNode? _node;

    /// <param name="self">This member's raft id.</param>
    /// <param name="members">The members; the peers follow them.</param>
    /// <param name="identity">Who this node is: connections are made anew when its certificate is.</param>
    /// <param name="storage">Where snapshots are read from.</param>
    /// <param name="onRemoved">Called when the log or the others say that this member was taken out.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where failures are noted.</param>
    public RaftPeers(
        ulong self,
        QuorumMembers members,
        CurrentIdentity identity,
        FileRaftStorage storage,
        Action onRemoved,
        TimeProvider time,
        ILogger<RaftPeers> logger)
    {
        (_self, _members, _identity, _storage) = (self, members, identity, storage);
        (_onRemoved, _time, _logger) = (onRemoved, time, logger);
        members.Changed += OnMembersChanged;
        identity.Changed += OnIdentityChanged;
    }

    /// <summary>Sets the node that sends; before its first message is answered.</summary>
    public void Use(RaftNode node)
    {
        Volatile.Write(ref _node, node);
        Follow();
    }

    /// <summary>Whether a member can be reached, as far as was seen last.</summary>
    public bool IsActive(ulong id) => id == _self || (_peers.TryGetValue(id, out var peer) && peer.IsActive);

    /// <summary>Asks a member whether it serves; false for strangers.</summary>
    public Task<bool> IsHealthyAsync(ulong id, CancellationToken cancellationToken) =>
        _peers.TryGetValue(id, out var peer) ? peer.IsHealthyAsync(cancellationToken) : Task.FromResult(false);

    public void Send(ReadOnlySpan<Message> messages)
    {
        foreach (ref readonly var message in messages)
        {
            if (_peers.TryGetValue(message.To, out var peer))
            {
                peer.Send(message.ToWire());
            }
            else
            {
                Unreachable(message.To);
            }
        }
    }

    public void Unreachable(ulong id) => Volatile.Read(ref _node)?.Unreachable(id);

    public void Failed(ulong id, Exception exception)
    {
        var reason = exception is RpcException rpc ? rpc.Status.Detail : exception.Message;
        LogUnreachable(id, reason);
    }

    public void SnapshotSent(ulong id, bool arrived)
    {
        LogSnapshot(id, arrived);
        Volatile.Read(ref _node)?.SnapshotDelivered(id, arrived);
    }

    public void SelfRemoved() => _onRemoved();

    // etcd's members refuse a snapshot that does not name them, and this one may be older than their addition.
    public Stream OpenSnapshot(RaftPb.Message message)
    {
        var stream = _storage.OpenSnapshot() ?? throw new InvalidOperationException("the snapshot has gone");
        var metadata = stream.Metadata;
        var voters = metadata.ConfState.Voters;
        message.Snapshot = new()
        {
            Metadata = (metadata with
            {
                ConfState = metadata.ConfState with { Voters = voters.With(message.To) },
            }).ToWire(),
        };
        return stream;
    }

    public async ValueTask DisposeAsync()
    {
        _members.Changed -= OnMembersChanged;
        _identity.Changed -= OnIdentityChanged;
        var peers = _peers.Values.ToArray();
        _peers.Clear();
        foreach (var peer in peers)
        {
            peer.Dispose();
        }

        await Task.WhenAll(peers.Select(peer => peer.Running));
    }

    private void OnMembersChanged(object? sender, EventArgs args)
    {
        Follow();

        // A member that reads of its own removal asks for no votes any more, so that nobody would tell it.
        if (_members.IsRemoved(_self))
        {
            _onRemoved();
        }
    }

    // Whoever starts the node follows, and so does whoever applies the log: one with members of a moment ago would take
    // away the peers that the other has just made.
    private void Follow()
    {
        lock (_following)
        {
            var members = _members.All;
            foreach (var (id, member) in members)
            {
                if (id != _self && !string.IsNullOrEmpty(member.Addr))
                {
                    Follow(id, member.Addr);
                }
            }

            foreach (var (id, peer) in _peers)
            {
                if (!members.ContainsKey(id) && _peers.TryRemove(id, out _))
                {
                    peer.DisposeSoon();
                }
            }
        }
    }

    private void Follow(ulong id, string address)
    {
        if (!_peers.TryGetValue(id, out var peer))
        {
            _peers[id] = new RaftPeer(id, address, Connect, this, _time);
        }
        else if (peer.Address != address)
        {
            peer.Reconnect(address);
        }
    }

    private void OnIdentityChanged(object? sender, IdentityChangedEventArgs change)
    {
        foreach (var peer in _peers.Values)
        {
            peer.Reconnect(peer.Address);
        }
    }

    private GrpcChannel Connect(string address) => ManagerChannel.ToManager(address, _identity.Value, _time);

    [LoggerMessage(4200, LogLevel.Debug, "Raft member {Id} could not be reached: {Reason}")]
    private partial void LogUnreachable(ulong id, string reason);

    [LoggerMessage(4201, LogLevel.Information, "A snapshot was sent to raft member {Id}; arrived: {Arrived}")]
    private partial void LogSnapshot(ulong id, bool arrived);
}
