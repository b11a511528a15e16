using System.Runtime.InteropServices;

namespace Swarm.Scheduling;

/// <summary>Active tasks by service and node; only services and nodes that have some.</summary>
internal sealed class ServiceLoads
{
    private readonly Dictionary<string, ServiceLoad> _loads = new(StringComparer.Ordinal);

    public ServiceLoad? Find(ServiceId service) => _loads.GetValueOrDefault(service.ToString());

    /// <summary>The load of a service, to be changed.</summary>
    public ServiceLoad Of(ServiceId service)
    {
        ref var load = ref CollectionsMarshal.GetValueRefOrAddDefault(_loads, service.ToString(), out _);
        return load ??= new ServiceLoad();
    }

    /// <summary>Forgets a service without tasks.</summary>
    public void Trim(ServiceId service)
    {
        if (_loads.TryGetValue(service.ToString(), out var load) && load.Counts.Count == 0)
        {
            _loads.Remove(service.ToString());
        }
    }

    /// <summary>Everything on one node; walks all services.</summary>
    public IEnumerable<(ServiceId Service, int Count)> CountsOn(NodeView node) => _loads
        .Select(entry => (new ServiceId(entry.Key), entry.Value.On(node)))
        .Where(entry => entry.Item2 > 0);
}

/// <summary>Active tasks of one service by node.</summary>
internal sealed class ServiceLoad
{
    private readonly Dictionary<NodeView, int> _counts = [];

    public Dictionary<NodeView, int> Counts => _counts;

    public int On(NodeView node) => _counts.GetValueOrDefault(node);

    public void Change(NodeView node, int by)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, node, out _);
        count += by;
        if (count == 0)
        {
            _counts.Remove(node);
        }
    }
}
