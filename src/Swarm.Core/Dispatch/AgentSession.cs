namespace Swarm.Dispatch;

/// <summary>A node's session: from its registration until it is replaced, it falls silent, or all stops.</summary>
internal sealed class AgentSession(NodeId nodeId, string id)
{
    private readonly StopSignal _closed = new();
    private StopSignal? _stream;
    private SwarmException? _reason;

    public NodeId NodeId { get; } = nodeId;

    public string Id { get; } = id;

    /// <summary>Wakes the session's stream because something outside the store has changed.</summary>
    public Pulse Nudge { get; } = new();

    public CancellationToken Closed => _closed.Token;

    /// <summary>Why the session was closed.</summary>
    public SwarmException Reason => Volatile.Read(ref _reason) ?? DispatchErrors.MustDisconnect();

    public void Close(SwarmException reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        _closed.Set();
    }

    /// <summary>Begins a stream of session messages; an earlier one of the same session ends.</summary>
    public CancellationToken BeginStream()
    {
        var stream = new StopSignal();
        Interlocked.Exchange(ref _stream, stream)?.Set();
        return stream.Token;
    }
}
