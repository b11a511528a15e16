namespace Swarm.Certificates.Authority;

/// <summary>Keeps a node from having certificates made without end: a bucket of tokens for each.</summary>
/// <remarks>Not thread-safe. Full buckets are forgotten.</remarks>
internal sealed class RenewalBudget(int burst, TimeSpan period)
{
    private const int SweepAt = 10_000;

    private readonly Dictionary<NodeId, DateTimeOffset> _fullAt = [];

    /// <summary>Takes one; false when the node has to wait.</summary>
    public bool TryTake(NodeId node, DateTimeOffset now)
    {
        var fullAt = _fullAt.GetValueOrDefault(node);
        var next = (fullAt > now ? fullAt : now) + period;
        if (next - now > burst * period)
        {
            return false;
        }

        if (_fullAt.Count >= SweepAt)
        {
            Sweep(now);
        }

        _fullAt[node] = next;
        return true;
    }

    private void Sweep(DateTimeOffset now)
    {
        foreach (var (node, fullAt) in _fullAt)
        {
            if (fullAt <= now)
            {
                _fullAt.Remove(node);
            }
        }
    }
}
