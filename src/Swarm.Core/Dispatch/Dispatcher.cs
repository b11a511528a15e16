using Microsoft.Extensions.Logging;
using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Dispatch;

/// <summary>
/// The leader's counterpart of all agents: sessions and heartbeats, assignments out, states in. Thousands of nodes cost
/// little: a heartbeat touches one field, states are written in batches, and a change wakes only the nodes it concerns.
/// </summary>
/// <remarks>Thread-safe. Runs once: each term of leadership has its own.</remarks>
internal sealed class Dispatcher
{
    private readonly DispatcherOptions _options;
    private readonly StatusWriter _writer;
    private readonly DependencyFinder _finder;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _opened = new();
    private ManagerPeer[] _managers = [];
    private volatile Root _root = new("", default);

    public Dispatcher(
        ClusterStore store,
        IIdGenerator ids,
        Random random,
        TimeProvider time,
        DispatcherOptions options,
        ILogger logger)
    {
        (Store, _options, _time, _logger) = (store, options, time, logger);
        _writer = new StatusWriter(store, options, time, logger);
        _finder = new DependencyFinder(options, time, logger);
        Presences = new NodePresences(_writer, ids, random, time, options, logger);
        Logs = new LogBroker(store, ids, time, options.Logs);
    }

    /// <summary>Reads the output of tasks.</summary>
    public LogBroker Logs { get; }

    internal ClusterStore Store { get; }

    internal NodePresences Presences { get; }

    internal TimeSpan HeartbeatPeriod => Store.Current.Cluster?.Spec.HeartbeatPeriod ?? _options.HeartbeatPeriod;

    internal ValueList<ManagerPeer> Managers => new(Volatile.Read(ref _managers));

    /// <summary>The dispatcher as a node sees it.</summary>
    public IDispatcherConnection Connect(NodeId node, string address) => new DispatcherConnection(this, node, address);

    /// <summary>Sets the managers that agents may connect to: all members, reachable or not.</summary>
    public void SetManagers(IEnumerable<ManagerPeer> managers)
    {
        Volatile.Write(ref _managers, [.. managers]);
        Presences.NudgeAll();
    }

    /// <summary>Runs while this manager leads.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var scope = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops = [];
        try
        {
            await MarkUnknownAsync(cancellationToken);
            loops = [_writer.RunAsync(scope.Token), OrphanLostAsync(scope.Token), FollowClusterAsync(scope.Token)];
            Presences.Open();
            Logs.Start();
            DispatchLog.Started(_logger);
            _opened.TrySetResult();
            await await Task.WhenAny(loops);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Leadership has gone, or the manager stops.
        }
        finally
        {
            Loops.Stop(scope);
            Presences.Close();
            Logs.Stop();
            _opened.TrySetResult();
            await Task.WhenAll(loops.Select(Loops.IgnoreAsync));
            DispatchLog.Stopped(_logger);
        }
    }

    /// <summary>Registers a node, or goes on with the session it names.</summary>
    internal async Task<AgentSession> RegisterAsync(
        NodeId id,
        SessionRequest request,
        CancellationToken cancellationToken)
    {
        // A term begins with a write about all nodes; whoever comes before it is done need not come again.
        await _opened.Task.WaitAsync(cancellationToken);
        var known = request.SessionId.Length > 0 ? Presences.Find(id, request.SessionId) : null;
        if (Store.Current.Nodes.Find(id.Value) is null)
        {
            Presences.Forget(id);
            throw DispatchErrors.NodeNotFound();
        }

        if (known is null)
        {
            Presences.BeginRegistration(id, HeartbeatPeriod);
        }

        var ready = new NodeWrite(NodeState.Ready, "", request.Address, request.Description);
        await _writer.WriteAsync(id, ready, cancellationToken);
        DispatchLog.Registered(_logger, id, request.Address);
        return known ?? Presences.EndRegistration(id, HeartbeatPeriod);
    }

    /// <summary>Takes a node's word for the states of its own tasks, and of no others.</summary>
    internal void Report(NodeId id, IReadOnlyList<TaskStatusUpdate> updates)
    {
        var view = Store.Current;
        var own = new List<TaskStatusUpdate>(updates.Count);
        foreach (var update in updates)
        {
            if (view.Tasks.Find(update.TaskId) is not { } task)
            {
                continue;
            }

            if (task.NodeId != id)
            {
                throw DispatchErrors.NotYourTask();
            }

            own.Add(update with { Status = ReportedStatus.Bound(update.Status) });
        }

        _writer.Report(own);
    }

    internal AssignmentStream OpenAssignments(NodeId id) => new(id, Store, _finder, _options, _time);

    /// <summary>The root certificate that nodes are to trust, as bytes that all sessions share.</summary>
    internal ValueList<byte> RootCertificate(Cluster? cluster)
    {
        var pem = cluster?.RootCa.Certificate ?? "";
        var root = _root;
        if (root.Pem != pem)
        {
            _root = root = new(pem, ValueList.Create<byte>(System.Text.Encoding.UTF8.GetBytes(pem)));
        }

        return root.Bytes;
    }

    // Nodes hear of new roots and network keys in their sessions.
    private async Task FollowClusterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var changes = Store.Watch();
            try
            {
                while (await changes.WaitAsync(cancellationToken))
                {
                    TellOfCluster(changes);
                }
            }
            catch (SwarmException exception) when (exception.Code is SwarmErrorCode.ResyncRequired)
            {
                Presences.NudgeAll();
            }
        }
    }

    private void TellOfCluster(ChangeSubscription changes)
    {
        var isNews = false;
        while (changes.TryRead(out var transaction))
        {
            foreach (var change in transaction.Changes)
            {
                isNews |= change is { Current: Cluster current, Previous: Cluster previous }
                    && (current.RootCa.Certificate != previous.RootCa.Certificate
                        || current.NetworkBootstrapKeys != previous.NetworkBootstrapKeys);
            }
        }

        if (isNews)
        {
            Presences.NudgeAll();
        }
    }

    private async Task MarkUnknownAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await Store.BatchAsync([.. Store.Current.Nodes], MarkUnknown, cancellationToken);
                break;
            }
            catch (SwarmException exception)
            {
                DispatchLog.MarkUnknownFailed(_logger, exception.Message);
                await Task.Delay(_options.RetryDelay, _time, cancellationToken);
            }
        }

        foreach (var node in Store.Current.Nodes)
        {
            if (node.Status.State == NodeState.Down)
            {
                Presences.Expect(node.Id, PresencePhase.Down, _options.OrphanAfter);
            }
            else
            {
                Presences.Expect(node.Id, PresencePhase.Unknown, _options.GracePeriodsUnknown * HeartbeatPeriod);
            }
        }
    }

    private static void MarkUnknown(StoreTransaction transaction, Node seen)
    {
        const string reason = "Node moved to \"unknown\" state due to leadership change in cluster";
        if (transaction.Nodes.Find(seen.Key) is { Status.State: not NodeState.Down } node)
        {
            transaction.Update(node with
            {
                Status = node.Status with { State = NodeState.Unknown, Message = reason },
            });
        }
    }

    private async Task OrphanLostAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var id in await Presences.WaitForLostAsync(cancellationToken))
            {
                try
                {
                    SwarmTask[] tasks = [.. Store.Current.Tasks.OnNode(id)];
                    await Store.BatchAsync(tasks, Orphan, cancellationToken);
                    DispatchLog.TasksOrphaned(_logger, id);
                }
                catch (SwarmException exception)
                {
                    DispatchLog.OrphaningFailed(_logger, id, exception.Message);
                    Presences.Expect(id, PresencePhase.Down, _options.RetryDelay);
                }
            }
        }
    }

    private static void Orphan(StoreTransaction transaction, SwarmTask seen)
    {
        if (transaction.Tasks.Find(seen.Id) is not
            { Status.State: >= TaskState.Assigned and <= TaskState.Running } task)
        {
            return;
        }

        transaction.Update(task with
        {
            Status = task.Status with { State = TaskState.Orphaned, Message = "", Timestamp = transaction.Now },
        });
    }

    private sealed record Root(string Pem, ValueList<byte> Bytes);
}
