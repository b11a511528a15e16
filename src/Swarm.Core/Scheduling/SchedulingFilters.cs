using Swarm.Scheduling.Filters;

namespace Swarm.Scheduling;

/// <summary>The filters that Docker's scheduler has.</summary>
public static class SchedulingFilters
{
    /// <summary>
    /// Ready, resource, plugin, constraint, platform, host port, max replicas, cluster volume: the order in which nodes
    /// are filtered, and in which equal counts are explained.
    /// </summary>
    public static IReadOnlyList<ISchedulingFilter> Default { get; } =
    [
        new ReadyFilter(),
        new ResourceFilter(),
        new PluginFilter(),
        new ConstraintFilter(),
        new PlatformFilter(),
        new HostPortFilter(),
        new MaxReplicasFilter(),
        new ClusterVolumeFilter(),
    ];
}
