using System.Threading.Channels;
using Swarm.Execution;

namespace Swarm.Dispatch;

/// <summary>One reader of logs: which nodes still owe it lines, what went wrong, and the lines on their way.</summary>
internal sealed class LogSubscription(string id, LogSelector selector, LogOptions options, int capacity)
{
    private readonly Lock _gate = new();
    private readonly HashSet<NodeId> _asked = [];
    private readonly HashSet<NodeId> _owing = [];
    private readonly Dictionary<NodeId, DateTimeOffset> _delivered = [];
    private readonly List<string> _failures = [];
    private readonly Channel<IReadOnlyList<TaskLogLine>> _lines =
        Channel.CreateBounded<IReadOnlyList<TaskLogLine>>(capacity);

    public string Id { get; } = id;

    public LogOptions Options { get; } = options;

    /// <summary>Which tasks nodes are asked for.</summary>
    public LogSelector Selector { get; } = selector;

    public ChannelReader<IReadOnlyList<TaskLogLine>> Lines => _lines.Reader;

    /// <summary>The request to a node; one that has delivered before goes on from there.</summary>
    public LogSubscriptionMessage OpenMessageFor(NodeId node)
    {
        lock (_gate)
        {
            return _delivered.TryGetValue(node, out var last)
                ? new(Id, Selector, Options with { Since = last.AddTicks(1), Tail = null }, Close: false)
                : new(Id, Selector, Options, Close: false);
        }
    }

    public LogSubscriptionMessage CloseMessage => new(Id, Selector, Options, Close: true);

    /// <summary>Nodes that were asked.</summary>
    public IReadOnlyList<NodeId> Nodes
    {
        get
        {
            lock (_gate)
            {
                return [.. _asked.OrderBy(node => node.Value, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Counts on a node; false when it had been asked before.</summary>
    public bool Ask(NodeId node)
    {
        lock (_gate)
        {
            return _asked.Add(node) && _owing.Add(node);
        }
    }

    /// <summary>A node has delivered everything, or will not: then with the reason.</summary>
    public void End(NodeId node, string? failure)
    {
        lock (_gate)
        {
            if (!_owing.Remove(node))
            {
                return;
            }

            // A node that comes back is asked again by those who follow.
            if (Options.Follow)
            {
                _asked.Remove(node);
            }
        }

        if (failure is not null)
        {
            Fail(failure);
        }

        CompleteIfDone();
    }

    public void Fail(string reason)
    {
        lock (_gate)
        {
            if (!_failures.Contains(reason))
            {
                _failures.Add(reason);
            }
        }
    }

    /// <summary>Ends the stream once no node owes lines, unless it follows.</summary>
    public void CompleteIfDone()
    {
        bool done;
        lock (_gate)
        {
            done = _owing.Count == 0 && !Options.Follow;
        }

        if (done)
        {
            _lines.Writer.TryComplete();
        }
    }

    /// <summary>Ends the stream with an error.</summary>
    public void Abort(SwarmException exception) => _lines.Writer.TryComplete(exception);

    /// <summary>Hands over lines; waits while the reader is behind.</summary>
    public async Task WriteAsync(NodeId node, IReadOnlyList<TaskLogLine> lines, CancellationToken cancellationToken)
    {
        await _lines.Writer.WriteAsync(lines, cancellationToken);
        if (Options.Follow)
        {
            lock (_gate)
            {
                _delivered[node] = lines.Max(line => line.Line.Timestamp);
            }
        }
    }

    /// <summary>What a reader must know after the last line; null when nothing is missing.</summary>
    public SwarmException? Incomplete()
    {
        lock (_gate)
        {
            return _failures.Count == 0
                ? null
                : new SwarmException(
                    SwarmErrorCode.Unavailable,
                    "warning: incomplete log stream. some logs could not be retrieved for the following reasons: "
                    + string.Join(", ", _failures));
        }
    }
}
