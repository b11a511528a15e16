using Microsoft.Extensions.Logging;
using Swarm.Identity;

namespace Swarm.Dispatch;

/// <summary>Which nodes are there: their sessions, their heartbeats, and whose time is up.</summary>
/// <remarks>Thread-safe. A heartbeat costs a look-up and a field write, however many nodes there are.</remarks>
internal sealed class NodePresences(
    StatusWriter writer,
    IIdGenerator ids,
    Random random,
    TimeProvider time,
    DispatcherOptions options,
    ILogger logger)
{
    // Nodes whose time is up are collected for a moment; without it, each of thousands would wake the loop by itself.
    private static readonly TimeSpan Granularity = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, NodePresence> _nodes = [];
    private readonly DeadlineQueue<NodePresence> _deadlines = new();
    private readonly Pulse _earlier = new();
    private readonly long _epoch = time.GetTimestamp();
    private long _plannedWake = long.MaxValue;
    private bool _running;

    /// <summary>Says how long to wait for a node that has no session.</summary>
    public void Expect(NodeId id, PresencePhase phase, TimeSpan within)
    {
        lock (_gate)
        {
            var node = GetOrAdd(id);
            if (node.Session is null)
            {
                node.Phase = phase;
                SetDeadline(node, within);
            }
        }
    }

    /// <summary>From now on nodes may register.</summary>
    public void Open()
    {
        lock (_gate)
        {
            _running = true;
        }
    }

    /// <summary>Ends every session.</summary>
    public void Close()
    {
        AgentSession[] sessions;
        lock (_gate)
        {
            _running = false;
            sessions = [.. _nodes.Values.Select(node => node.Session).OfType<AgentSession>()];
            _nodes.Clear();
        }

        foreach (var session in sessions)
        {
            session.Close(DispatchErrors.Stopped());
        }
    }

    /// <summary>Begins a registration: checks the rate and counts as a sign of life.</summary>
    public void BeginRegistration(NodeId id, TimeSpan period)
    {
        lock (_gate)
        {
            ThrowIfStopped();
            var node = GetOrAdd(id);
            if (!node.TryRegister(Now, options))
            {
                throw DispatchErrors.RateLimited(id);
            }

            // The tasks of a node that is down keep their time until it really is back.
            if (node.Phase != PresencePhase.Down)
            {
                SetDeadline(node, options.GracePeriods * period);
            }
        }
    }

    /// <summary>Ends a registration: a new session takes the place of the old one.</summary>
    public AgentSession EndRegistration(NodeId id, TimeSpan period)
    {
        AgentSession session;
        AgentSession? replaced;
        lock (_gate)
        {
            ThrowIfStopped();
            var node = GetOrAdd(id);
            replaced = node.Session;
            session = new AgentSession(id, ids.Next());
            node.Session = session;
            node.Phase = PresencePhase.Alive;
            SetDeadline(node, options.GracePeriods * period);
        }

        replaced?.Close(DispatchErrors.MustDisconnect());
        return session;
    }

    /// <summary>The session of a node; throws when there is none, or another one.</summary>
    public AgentSession Require(NodeId id, string sessionId)
    {
        lock (_gate)
        {
            return Require(id, sessionId, out _);
        }
    }

    /// <summary>The session of a node if it can be resumed.</summary>
    public AgentSession? Find(NodeId id, string sessionId)
    {
        lock (_gate)
        {
            ThrowIfStopped();
            return _nodes.GetValueOrDefault(id)?.Session is { } session && session.Id == sessionId ? session : null;
        }
    }

    /// <summary>Takes a heartbeat; says when the next one is due.</summary>
    public TimeSpan Beat(NodeId id, string sessionId, TimeSpan period)
    {
        lock (_gate)
        {
            Require(id, sessionId, out var node);
            var next = Jittered(period);
            SetDeadline(node, options.GracePeriods * next);
            return next;
        }
    }

    /// <summary>Forgets a node that is no longer in the swarm.</summary>
    public void Forget(NodeId id)
    {
        NodePresence? node;
        lock (_gate)
        {
            if (_nodes.Remove(id, out node))
            {
                _deadlines.Set(node, long.MaxValue);
            }
        }

        node?.Session?.Close(DispatchErrors.NodeNotFound());
    }

    /// <summary>Wakes every session's stream.</summary>
    public void NudgeAll()
    {
        lock (_gate)
        {
            foreach (var node in _nodes.Values)
            {
                node.Session?.Nudge.Set();
            }
        }
    }

    /// <summary>Reports nodes that fall silent as down, until some have been down for too long.</summary>
    public async Task<IReadOnlyList<NodeId>> WaitForLostAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var (lost, closed, next) = TakeAbsent();
            closed.ForEach(session => session.Close(DispatchErrors.MustDisconnect()));
            if (lost.Count > 0)
            {
                return lost;
            }

            if (next is not { } delay)
            {
                await _earlier.WaitAsync(cancellationToken);
            }
            else
            {
                await _earlier.WaitAsync(delay < Granularity ? Granularity : delay, time, cancellationToken);
            }
        }
    }

    private (List<NodeId> Lost, List<AgentSession> Closed, TimeSpan? Next) TakeAbsent()
    {
        var (lost, closed) = (new List<NodeId>(), new List<AgentSession>());
        lock (_gate)
        {
            var now = Now;
            ForgiveOwnStall(now);
            while (_deadlines.TryTake(now, out var node))
            {
                if (node.Phase == PresencePhase.Down)
                {
                    lost.Add(node.NodeId);
                    continue;
                }

                if (node.Session is { } session)
                {
                    closed.Add(session);
                }

                MarkDown(node);
            }

            var wait = _deadlines.Next is { } next ? TimeSpan.FromTicks(next - now) : (TimeSpan?)null;
            _plannedWake = wait is { } span ? now + Math.Max(span.Ticks, Granularity.Ticks) : long.MaxValue;
            return (lost, closed, wait);
        }
    }

    // A manager that was stopped, swapped out or starved sees every deadline pass at once. What it missed is its own
    // fault
    // first: whoever is expected gets the lost time again, in which its heartbeats are heard.
    private void ForgiveOwnStall(long now)
    {
        var late = now - _plannedWake;
        if (late < options.OwnStall.Ticks)
        {
            return;
        }

        DispatchLog.Stalled(logger, TimeSpan.FromTicks(late));
        foreach (var node in _nodes.Values)
        {
            if (node.Phase != PresencePhase.Down && node.DueAt != long.MaxValue)
            {
                SetDeadline(node, TimeSpan.FromTicks(Math.Max(0, node.DueAt - now) + late));
            }
        }
    }

    // Reported under the lock, so that a registration at the same moment is written after it, not before.
    private void MarkDown(NodePresence node)
    {
        var reason = node.Phase == PresencePhase.Alive
            ? "heartbeat failure"
            : "heartbeat failure for node in \"unknown\" state";
        writer.Report(node.NodeId, new NodeWrite(NodeState.Down, reason));
        DispatchLog.NodeDown(logger, node.NodeId, reason);
        node.Session = null;
        node.Phase = PresencePhase.Down;
        SetDeadline(node, options.OrphanAfter);
    }

    /// <summary>Entries of the deadline heap, passed-over ones included.</summary>
    internal int QueuedDeadlines
    {
        get
        {
            lock (_gate)
            {
                return _deadlines.Count;
            }
        }
    }

    private long Now => time.GetElapsedTime(_epoch).Ticks;

    private void SetDeadline(NodePresence node, TimeSpan within)
    {
        if (_deadlines.Set(node, Now + within.Ticks))
        {
            _earlier.Set();
        }
    }

    private TimeSpan Jittered(TimeSpan period)
    {
        var most = options.HeartbeatJitter < period / 2 ? options.HeartbeatJitter : period / 2;
        return period + (most * ((2 * random.NextDouble()) - 1));
    }

    private AgentSession Require(NodeId id, string sessionId, out NodePresence node)
    {
        ThrowIfStopped();
        var known = _nodes.GetValueOrDefault(id);
        var session = known?.Session ?? throw DispatchErrors.NotRegistered();
        if (session.Id != sessionId)
        {
            throw DispatchErrors.SessionInvalid();
        }

        node = known;
        return session;
    }

    private NodePresence GetOrAdd(NodeId id)
    {
        if (!_nodes.TryGetValue(id, out var node))
        {
            _nodes.Add(id, node = new NodePresence(id));
        }

        return node;
    }

    private void ThrowIfStopped()
    {
        if (!_running)
        {
            throw DispatchErrors.Stopped();
        }
    }
}
