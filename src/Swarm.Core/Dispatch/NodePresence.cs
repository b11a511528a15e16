namespace Swarm.Dispatch;

/// <summary>What the dispatcher waits for from a node.</summary>
internal enum PresencePhase
{
    /// <summary>A registration after a change of leadership.</summary>
    Unknown,

    /// <summary>Heartbeats.</summary>
    Alive,

    /// <summary>A registration before its tasks are given up.</summary>
    Down,
}

/// <summary>What the dispatcher remembers of one node between its calls.</summary>
/// <remarks>Guarded by <see cref="NodePresences"/>.</remarks>
internal sealed class NodePresence(NodeId nodeId) : Deadline
{
    private int _registrations;
    private long _lastRegistration;

    public NodeId NodeId { get; } = nodeId;

    public PresencePhase Phase { get; set; }

    public AgentSession? Session { get; set; }

    /// <summary>Counts a registration; false when the node has registered too often within a short time.</summary>
    public bool TryRegister(long now, DispatcherOptions options)
    {
        if (_registrations > 0 && now - _lastRegistration >= options.RegistrationWindow.Ticks)
        {
            _registrations = 0;
        }

        if (_registrations >= options.MaxRegistrations)
        {
            return false;
        }

        _registrations++;
        _lastRegistration = now;
        return true;
    }
}
