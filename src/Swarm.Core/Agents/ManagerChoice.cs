using Swarm.Dispatch;

namespace Swarm.Agents;

/// <summary>
/// Which manager to connect to: a weighted draw, in which managers that work gain weight, those that fail lose it, and
/// the one that failed last is passed over while there are others.
/// </summary>
internal sealed class ManagerChoice(Random random)
{
    private const double Smoothing = 0.5;
    private const int MaxWeight = 256;
    private const int DefaultWeight = 10;

    private readonly Lock _gate = new();
    private readonly OrderedDictionary<ManagerPeer, double> _weights = new(new ByAddress());
    private ManagerPeer? _failed;

    /// <summary>Replaces the managers to choose from; what is known of those that stay is kept.</summary>
    public void Set(IEnumerable<ManagerPeer> managers)
    {
        lock (_gate)
        {
            var known = _weights.ToDictionary(entry => entry.Key, entry => entry.Value, _weights.Comparer);
            _weights.Clear();
            foreach (var manager in managers)
            {
                var weight = manager.Weight > 0 ? manager.Weight : DefaultWeight;
                _weights[manager] = known.GetValueOrDefault(manager, weight);
            }
        }
    }

    /// <summary>Draws a manager; null when there are none.</summary>
    public ManagerPeer? Next()
    {
        lock (_gate)
        {
            var candidates = _weights.Count > 1
                ? _weights.Where(entry => !_weights.Comparer.Equals(entry.Key, _failed)).ToList()
                : [.. _weights];
            var ticket = random.NextDouble() * candidates.Sum(entry => Share(entry.Value));
            foreach (var (manager, weight) in candidates)
            {
                ticket -= Share(weight);
                if (ticket < 0)
                {
                    return manager;
                }
            }

            return candidates.Count > 0 ? candidates[^1].Key : null;
        }
    }

    /// <summary>Takes note of how a connection went.</summary>
    public void Observe(ManagerPeer manager, bool succeeded)
    {
        lock (_gate)
        {
            _failed = succeeded ? null : manager;
            if (_weights.TryGetValue(manager, out var weight))
            {
                var observed = succeeded ? DefaultWeight : -DefaultWeight;
                var smoothed = (Smoothing * observed) + ((1 - Smoothing) * weight);
                _weights[manager] = Math.Clamp(smoothed, -MaxWeight, MaxWeight);
            }
        }
    }

    // Even the worst manager is tried now and then: it may be the only one that has come back.
    private static double Share(double weight) => Math.Max(weight, 1);

    private sealed class ByAddress : IEqualityComparer<ManagerPeer>
    {
        public bool Equals(ManagerPeer? x, ManagerPeer? y) => x?.NodeId == y?.NodeId && x?.Address == y?.Address;

        public int GetHashCode(ManagerPeer obj) => HashCode.Combine(obj.NodeId, obj.Address);
    }
}
