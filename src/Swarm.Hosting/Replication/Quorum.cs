using System.Net;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Swarm.Certificates.Nodes;
using Swarm.Hosting.Wire.Client;
using Swarm.Raft;
using Swarm.Raft.Consensus;
using Protos = Swarm.Hosting.Wire.Protos;

namespace Swarm.Hosting.Replication;

/// <summary>The quorum as one of its members sees it: who is in it, who leads, who comes and goes.</summary>
/// <param name="log">This member's log.</param>
/// <param name="members">The members.</param>
/// <param name="identity">Who this node is.</param>
/// <param name="time">The clock.</param>
internal sealed class Quorum(ManagerLog log, QuorumMembers members, CurrentIdentity identity, TimeProvider time)
    : IDisposable
{
    /// <summary>SwarmKit's number.</summary>
    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _changes = new(1, 1);

    public ManagerLog Log { get; } = log;

    public QuorumMembers Members { get; } = members;

    /// <summary>The member that leads as far as this one knows; null when none is known.</summary>
    public Protos.RaftMember? Leader => Log.Node.State.Leader is not 0 and var id ? Members.Find(id) : null;

    /// <summary>Whether this member leads.</summary>
    public bool Leads => Log.Node.State.Role == RaftRole.Leader;

    /// <summary>How a node stands to the quorum; null when it is no member.</summary>
    public ManagerStatus? StatusOf(NodeId node) => Members.OfNode(node) is { } member
        ? new ManagerStatus(
            member.RaftId,
            member.Addr,
            member.RaftId == Log.Node.State.Leader,
            Log.Peers.IsActive(member.RaftId) ? Reachability.Reachable : Reachability.Unreachable)
        : null;

    /// <summary>Lets a manager in, or takes note of its new address. It is answered alike as often as it asks.</summary>
    /// <param name="node">The node that asks.</param>
    /// <param name="address">Where it says it is reached; an unspecified host stands for the one it calls from.</param>
    /// <param name="callerHost">The host it calls from.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Protos.JoinResponse> JoinAsync(
        NodeId node,
        string address,
        string callerHost,
        CancellationToken cancellationToken)
    {
        var reached = Reached(address, callerHost);
        if (node != identity.Value.NodeId)
        {
            await RequireHealthAsync(reached, cancellationToken);
        }

        await _changes.WaitAsync(cancellationToken);
        try
        {
            RequireLead();
            var known = Members.OfNode(node);
            if (known is null || known.Addr != reached)
            {
                RequireFree(reached, node);
                var member = new Protos.RaftMember
                {
                    RaftId = known?.RaftId ?? FreeId(),
                    NodeId = node.Value,
                    Addr = reached,
                };
                await ChangeAsync(new ConfChange
                {
                    Type = known is null ? ConfChangeType.AddNode : ConfChangeType.UpdateNode,
                    NodeId = member.RaftId,
                    Context = member.ToByteArray(),
                });
                known = member;
            }

            var answer = new Protos.JoinResponse { RaftId = known.RaftId };
            var snapshot = Members.ToSnapshot();
            answer.Members.AddRange(snapshot.Members);
            answer.RemovedMembers.AddRange(snapshot.Removed);
            return answer;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Whether the members that stay have a majority that is there.</summary>
    public bool CanRemove(ulong id)
    {
        var all = Members.All;
        var reachable = all.Keys.Count(member => member != id && Log.Peers.IsActive(member));
        return reachable >= ((all.Count - 1) / 2) + 1;
    }

    /// <summary>Takes a member out.</summary>
    /// <exception cref="SwarmException">It would cost the swarm its quorum, or this member does not lead.</exception>
    public async Task RemoveAsync(ulong id, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        try
        {
            RequireLead();
            if (Members.Find(id) is null)
            {
                return;
            }

            if (!CanRemove(id))
            {
                throw SwarmException.FailedPrecondition(
                    "raft: member cannot be removed, because removing it may result in loss of quorum");
            }

            await ChangeAsync(new ConfChange { Id = id, Type = ConfChangeType.RemoveNode, NodeId = id });
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Hands leadership to another member that is there.</summary>
    /// <returns>Whether one was found that may take it.</returns>
    public async Task<bool> TransferAsync()
    {
        foreach (var id in Members.All.Keys)
        {
            if (id != Log.Node.Id && Log.Peers.IsActive(id)
                && await Log.Node.TransferAsync(id) == TransferStatus.Started)
            {
                return true;
            }
        }

        return false;
    }

    public void Dispose() => _changes.Dispose();

    private static string Reached(string address, string callerHost)
    {
        var colon = address.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(address.AsSpan(colon + 1), out _))
        {
            throw SwarmException.InvalidArgument($"invalid address {address} in raft join request");
        }

        return IPAddress.TryParse(address[..colon].Trim('[', ']'), out var host)
            && (host.Equals(IPAddress.Any) || host.Equals(IPAddress.IPv6Any))
                ? $"{(callerHost.Contains(':', StringComparison.Ordinal) ? $"[{callerHost}]" : callerHost)}{address[colon..]}"
                : address;
    }

    private void RequireLead()
    {
        if (!Log.Node.State.IsReady)
        {
            throw new SwarmException(
                SwarmErrorCode.NoLeader,
                "raft: failed to process the request: node lost leader status");
        }
    }

    // Two members behind one address would take each other's messages.
    private void RequireFree(string address, NodeId node)
    {
        if (Members.All.Values.FirstOrDefault(member => member.Addr == address && member.NodeId != node.Value)
            is { } other)
        {
            throw SwarmException.FailedPrecondition(
                $"the address {address} is that of the manager {other.NodeId}; demote and remove that one first, or "
                + "join with another --advertise-addr");
        }
    }

    private ulong FreeId()
    {
        while (true)
        {
            var id = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) & long.MaxValue;
            if (id != 0 && Members.Find(id) is null && !Members.IsRemoved(id))
            {
                return id;
            }
        }
    }

    private async Task RequireHealthAsync(string address, CancellationToken cancellationToken)
    {
        using var channel = ManagerChannel.ToManager(address, identity.Value, time);
        try
        {
            var answer = await new Protos.Health.HealthClient(channel).CheckAsync(
                new() { Service = "Raft" },
                deadline: time.GetUtcNow().UtcDateTime + HealthTimeout,
                cancellationToken: cancellationToken);
            if (answer.Status != Protos.HealthCheckResponse.Types.ServingStatus.Serving)
            {
                throw new SwarmException(SwarmErrorCode.Unavailable, $"health check returned status {answer.Status}");
            }
        }
        catch (RpcException exception)
        {
            throw new SwarmException(
                SwarmErrorCode.Unavailable,
                "could not connect to prospective new cluster member using its advertised address "
                + $"{address}: {exception.Status.Detail}",
                exception);
        }
    }

    private async Task ChangeAsync(ConfChange change)
    {
        try
        {
            await Log.Node.ProposeChangeAsync(change);
        }
        catch (Exception exception) when (exception is NotLeaderException or ProposalRefusedException)
        {
            throw new SwarmException(SwarmErrorCode.Unavailable, exception.Message, exception);
        }
    }
}
