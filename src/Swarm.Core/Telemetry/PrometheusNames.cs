using System.Collections.Frozen;

namespace Swarm.Telemetry;

/// <summary>
/// What instruments are called in the exposition. Where Docker's engine has a figure, its name and its label are kept,
/// so that dashboards and alerts made for Docker work; everything else follows from the instrument's own name.
/// </summary>
internal static class PrometheusNames
{
    private static readonly FrozenDictionary<string, string> Engine = new Dictionary<string, string>
    {
        ["swarm.nodes"] = "swarm_manager_nodes",
        ["swarm.tasks"] = "swarm_manager_tasks_total",
        ["swarm.services"] = "swarm_manager_services_total",
        ["swarm.networks"] = "swarm_manager_networks_total",
        ["swarm.secrets"] = "swarm_manager_secrets_total",
        ["swarm.configs"] = "swarm_manager_configs_total",
        ["swarm.leader"] = "swarm_manager_leader",
        ["swarm.node.manager"] = "swarm_node_manager",
        ["swarm.node.info"] = "swarm_node_info",
        ["swarm.scheduler.task.delay"] = "swarm_dispatcher_scheduling_delay_seconds",
        ["swarm.raft.proposal.duration"] = "swarm_raft_transaction_latency_seconds",
        ["swarm.raft.snapshot.duration"] = "swarm_raft_snapshot_latency_seconds",
        ["engine.info"] = "engine_daemon_engine_info",
        ["engine.cpus"] = "engine_daemon_engine_cpus_cpus",
        ["engine.memory"] = "engine_daemon_engine_memory_bytes",
        ["engine.containers"] = "engine_daemon_container_states_containers",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Labels = new Dictionary<string, string>
    {
        ["swarm.node.state"] = "state",
        ["swarm.task.state"] = "state",
        ["swarm.rollout.state"] = "state",
        ["swarm.filter.name"] = "filter",
        ["swarm.id"] = "swarm_id",
        ["swarm.node.id"] = "node_id",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The name of a metric.</summary>
    /// <param name="instrument">Name of the instrument.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="isCounter">Whether it only grows.</param>
    public static string Metric(string instrument, string? unit, bool isCounter)
    {
        if (Engine.TryGetValue(instrument, out var name))
        {
            return name;
        }

        name = Sanitize(instrument) + unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        return isCounter ? name + "_total" : name;
    }

    /// <summary>
    /// The engine has one metric for each kind of transaction where there is one instrument with a tag; null when the
    /// instrument is another.
    /// </summary>
    public static string? Split(string instrument, ref KeyValuePair<string, object?>[] tags)
    {
        if (instrument != "swarm.store.transaction.duration")
        {
            return null;
        }

        var operation = tags.FirstOrDefault(tag => tag.Key == "swarm.store.operation").Value as string;
        tags = [.. tags.Where(tag => tag.Key != "swarm.store.operation")];
        return operation == "batch" ? "swarm_store_batch_latency_seconds" : "swarm_store_write_tx_latency_seconds";
    }

    public static string Label(string tag) => Labels.GetValueOrDefault(tag) ?? Sanitize(tag);

    private static string Sanitize(string name) => string.Create(name.Length, name, static (target, source) =>
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = char.IsAsciiLetterOrDigit(source[i]) ? char.ToLowerInvariant(source[i]) : '_';
        }
    });
}
