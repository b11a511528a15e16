using System.Diagnostics.CodeAnalysis;

namespace Swarm.Scheduling.Filters;

/// <summary>Passes nodes whose engine has the volume, network and log drivers that the task needs.</summary>
internal sealed class PluginFilter : ISchedulingFilter
{
    private const string Latest = ":latest";

    public string Name => "plugin";

    public bool TryBind(SwarmTask task, [NotNullWhen(true)] out INodePredicate? predicate)
    {
        var volumes = VolumeDrivers(task.Spec.Workload as ContainerSpec);
        predicate = volumes.Length > 0 || !task.Networks.IsEmpty || task.Spec.LogDriver is not null
            ? new Needs(volumes, NetworkDrivers(task), LogDriver(task.Spec.LogDriver))
            : null;
        return predicate is not null;
    }

    public string Explain(int rejectedNodes) => $"missing plugin on {NodeCount.Of(rejectedNodes)}";

    private static string[] VolumeDrivers(ContainerSpec? container) => container is null
        ? []
        : [.. container.Mounts
            .Where(mount => mount.Type == MountType.Volume)
            .Select(mount => mount.Volume?.Driver?.Name ?? "")
            .Where(name => name is not ("" or "local"))];

    private static string[] NetworkDrivers(SwarmTask task) =>
        [.. task.Networks
            .Select(attachment => attachment.Network.DriverState?.Name ?? "")
            .Where(name => name.Length > 0)];

    private static string? LogDriver(Driver? driver) => driver?.Name is null or "" or "none" ? null : driver.Name;

    private sealed class Needs(string[] volumes, string[] networks, string? log) : IFixedNodePredicate
    {
        public bool Admits(NodeView node)
        {
            if (node.Node.Description?.Engine is not { } engine)
            {
                return true;
            }

            return HasAll(engine, "Volume", volumes)
                && HasAll(engine, "Network", networks)
                && (log is null || Has(engine, "Log", log) || !ReportsAny(engine, "Log"));
        }

        private static bool HasAll(EngineDescription engine, string type, string[] names)
        {
            foreach (var name in names)
            {
                if (!Has(engine, type, name))
                {
                    return false;
                }
            }

            return true;
        }

        private static bool Has(EngineDescription engine, string type, string name)
        {
            foreach (var plugin in engine.Plugins)
            {
                if (plugin.Type == type && IsNamed(plugin.Name, name))
                {
                    return true;
                }
            }

            return false;
        }

        // Old engines do not report their log drivers; that must not keep tasks away from them.
        private static bool ReportsAny(EngineDescription engine, string type)
        {
            foreach (var plugin in engine.Plugins)
            {
                if (plugin.Type == type)
                {
                    return true;
                }
            }

            return false;
        }

        private static bool IsNamed(string plugin, string name) =>
            plugin == name
            || (plugin.Length == name.Length + Latest.Length
                && plugin.StartsWith(name, StringComparison.Ordinal)
                && plugin.EndsWith(Latest, StringComparison.Ordinal));
    }
}
