using Grpc.Core;
using Microsoft.Extensions.Logging;
using Swarm.Hosting.Replication;
using Swarm.Hosting.Wire.Client;
using Swarm.Raft;
using Swarm.Secrets;
using Swarm.Storage;
using Swarm.Timing;
using Protos = Swarm.Hosting.Wire.Protos;

namespace Swarm.Hosting.Nodes;

/// <summary>The ways to become a manager: form a swarm, take one up again, join the quorum of one.</summary>
internal sealed partial class ManagerRuntime
{
    private static readonly TimeSpan JoinTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    private ManagerLogParts Parts => new(
        _directory,
        _store,
        _members,
        _proposer,
        Member.Identity,
        Member.Renewal,
        _raftMetrics,
        Observe,
        () => Removed.TrySetResult());

    private async Task BeginAsync(FoundingNode first, CancellationToken cancellationToken)
    {
        var self = first.Member;
        self.RaftId = ManagerLog.NewId();
        Open(await ManagerLog.BeginAsync(_setup, Parts, self, cancellationToken));
        await WaitAsync(() => _quorum!.Log.Node.State.IsReady, cancellationToken);
        await _store.UpdateAsync(
            transaction =>
            {
                transaction.Create(first.Cluster);
                transaction.Create(first.Node);
                transaction.Create(first.Ingress);
            },
            cancellationToken);
        await OpenPortAsync(cancellationToken);
        await LeadAsync(startAgent: true, cancellationToken);

        // A swarm that begins locked is locked before anybody is told that it has begun.
        await _keeper!.ApplyAsync(cancellationToken);
    }

    private async Task ResumeAsync(CancellationToken cancellationToken)
    {
        // The port is open before the others can be reached: they look for this manager, too.
        Open(await ManagerLog.ResumeAsync(_setup, Parts, cancellationToken));
        KeyShares.Receive(
            _setup.Secrets,
            _store,
            NodeId,
            () => Member.Identity.Value.PrivateKey,
            _setup.Loggers);
        await OpenPortAsync(cancellationToken);
        if (_members.All.Count <= 1)
        {
            await WaitAsync(() => _quorum!.Log.Node.State.IsReady, cancellationToken);
            await LeadAsync(startAgent: true, cancellationToken);
        }
        else
        {
            _leadership.Start();
            Member.Use(new LocalLeader(_leadership, _store, _mesh));
            Member.Start();
        }

        _telling = Detached.RunAsync(() => TellAddressAsync(_stop.Token));
    }

    private async Task BeginAnewAsync(CancellationToken cancellationToken)
    {
        Open(await ManagerLog.ResumeAloneAsync(_setup, Parts, cancellationToken));
        await OpenPortAsync(cancellationToken);
        await WaitAsync(() => _quorum!.Log.Node.State.IsReady, cancellationToken);
        var former = _store.Current.Nodes.Where(node => node.Id != NodeId && FormerManagers.Demoted(node) is not null);
        await _store.BatchAsync([.. former], Demote, cancellationToken);
        await LeadAsync(startAgent: false, cancellationToken);
        _telling = Detached.RunAsync(() => TellAddressAsync(_stop.Token));
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        await OpenPortAsync(cancellationToken);
        var answer = await AskToJoinAsync(cancellationToken);
        _members.Admit(answer.Members, answer.RemovedMembers);
        var self = _members.Find(answer.RaftId) ?? throw new SwarmException(
            SwarmErrorCode.Internal,
            "the leader let this manager in and does not name it among the members");
        Open(await ManagerLog.JoinAsync(_setup, Parts, self, cancellationToken));
        await LeadAsync(startAgent: false, cancellationToken);
    }

    private static void Demote(StoreTransaction transaction, Node node)
    {
        if (transaction.Nodes.Find(node.Id.Value) is { } current && FormerManagers.Demoted(current) is { } demoted)
        {
            transaction.Update(demoted);
        }
    }

    private void Open(ManagerLog log)
    {
        _quorum = new Quorum(log, _members, Member.Identity, _setup.Time);
        _keeper = new LogKeeper(
            _store,
            log,
            Member.Renewal,
            _setup.Time,
            _setup.Loggers.CreateLogger<LogKeeper>());
        _keeping = Member.RunBesideAsync(() => _keeper.RunAsync(_stop.Token));
    }

    private void Observe(RaftState state)
    {
        _leadership.Observe(state);
        _stateChanged.Set();
    }

    private async Task LeadAsync(bool startAgent, CancellationToken cancellationToken)
    {
        _leadership.Start();
        Member.Use(new LocalLeader(_leadership, _store, _mesh));
        if (startAgent)
        {
            Member.Start();
            await WaitUntilReadyAsync(NodeId, cancellationToken);
        }
        else
        {
            await WaitForNodeAsync(NodeId, _ => true, cancellationToken);
        }
    }

    private async Task<Protos.JoinResponse> AskToJoinAsync(CancellationToken cancellationToken)
    {
        var end = new Deadline(_setup.Time, JoinTimeout);
        while (true)
        {
            var manager = Member.Managers.Next() ?? throw new SwarmException(
                SwarmErrorCode.Unavailable,
                "no manager of the swarm is known");
            try
            {
                using var channel = ManagerChannel.ToManager(manager.Address, Member.Identity.Value, _setup.Time);
                return await Calls.AwaitAsync(
                    new Protos.RaftMembership.RaftMembershipClient(channel).JoinAsync(
                        new() { Addr = JoinAddress },
                        deadline: _setup.Time.GetUtcNow().UtcDateTime + end.Left,
                        cancellationToken: cancellationToken),
                    manager.Address);
            }
            catch (SwarmException exception) when (
                exception.Code is SwarmErrorCode.Unavailable or SwarmErrorCode.NoLeader
                && RetryDelay < end.Left)
            {
                Member.Managers.Observe(manager, succeeded: false);
                LogJoinRetry(manager.Address, exception.Message);
                await Task.Delay(RetryDelay, _setup.Time, cancellationToken);
            }
        }
    }

    // Without a host the leader takes the one that it is called from.
    private string JoinAddress => Member.Addresses.AdvertiseHost.Length > 0
        ? Member.Addresses.Advertised
        : $"0.0.0.0:{Member.Addresses.AdvertisePort}";

    private bool HasMoved => Member.Addresses.AdvertiseHost.Length > 0
        && _members.OfNode(NodeId) is { } self
        && self.Addr != Member.Addresses.Advertised;

    // The others know this manager by the address it had; a restart may have given it another one.
    private async Task TellAddressAsync(CancellationToken cancellationToken)
    {
        while (HasMoved)
        {
            try
            {
                if (_quorum is { Log.Node.State.IsReady: true } quorum)
                {
                    await quorum.JoinAsync(
                        NodeId,
                        Member.Addresses.Advertised,
                        Member.Addresses.AdvertiseHost,
                        cancellationToken);
                }
                else
                {
                    await AskToJoinAsync(cancellationToken);
                }

                LogAddressTold(Member.Addresses.Advertised);
                return;
            }
            catch (Exception exception) when (
                exception is SwarmException or RpcException && !cancellationToken.IsCancellationRequested)
            {
                LogAddressNotTold(Member.Addresses.Advertised, exception.Message);
            }

            await Task.Delay(RetryDelay, _setup.Time, cancellationToken);
        }
    }

    private async Task WaitAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        var end = new Deadline(_setup.Time, ReadyTimeout);
        while (!condition())
        {
            var left = end.Left;
            if (left <= TimeSpan.Zero)
            {
                throw new SwarmException(SwarmErrorCode.Unavailable, "the log of the manager did not start; see the log");
            }

            await _stateChanged.WaitAsync(left, _setup.Time, cancellationToken);
        }
    }

    private Task WaitUntilReadyAsync(NodeId nodeId, CancellationToken cancellationToken) =>
        WaitForNodeAsync(nodeId, node => node.Status.State == NodeState.Ready, cancellationToken);

    private async Task WaitForNodeAsync(NodeId nodeId, Func<Node, bool> condition, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ReadyTimeout, _setup.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            while (!await SeesAsync(nodeId, condition, either.Token))
            {
                // A snapshot came in place of the changes.
            }
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SwarmException(
                SwarmErrorCode.Unavailable,
                $"node {nodeId} did not become ready within {ReadyTimeout.TotalSeconds:0} s; see the log",
                exception);
        }
    }

    private async Task<bool> SeesAsync(NodeId nodeId, Func<Node, bool> condition, CancellationToken cancellationToken)
    {
        using var changes = _store.Watch(WatchScope.ForNode(nodeId));
        var node = changes.View.Nodes.Find(nodeId.Value);
        try
        {
            while (node is null || !condition(node))
            {
                await changes.WaitAsync(cancellationToken);
                while (changes.TryRead(out var transaction))
                {
                    node = transaction.View.Nodes.Find(nodeId.Value);
                }
            }

            return true;
        }
        catch (SwarmException exception) when (exception.Code == SwarmErrorCode.ResyncRequired)
        {
            return false;
        }
    }

    [LoggerMessage(4040, LogLevel.Information, "Still joining the quorum through {Manager}: {Reason}")]
    private partial void LogJoinRetry(string manager, string reason);

    [LoggerMessage(4042, LogLevel.Information, "The managers know this one at its new address {Address}")]
    private partial void LogAddressTold(string address);

    [LoggerMessage(4041, LogLevel.Warning, "The managers were not told the new address {Address} yet: {Reason}")]
    private partial void LogAddressNotTold(string address, string reason);
}
