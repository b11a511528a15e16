using static Swarm.Compose.Schema.SchemaNode;

namespace Swarm.Compose.Schema;

/// <summary>The section <c>deploy</c> of a service.</summary>
internal static class DeploySchema
{
    public static SchemaNode Build(int v) => Closed(new Fields(v)
    {
        { "mode", Text },
        { "endpoint_mode", Text, 2 },
        { "replicas", Integer },
        { "labels", SchemaParts.ListOrMapping },
        { "rollback_config", Rollout(v), 7 },
        { "update_config", Rollout(v) },
        {
            "resources", Closed(new Fields(v)
            {
                { "limits", Limits(v) },
                { "reservations", Reservations(v) },
            })
        },
        {
            "restart_policy", Closed(new Fields(v)
            {
                { "condition", Text },
                { "delay", Duration },
                { "max_attempts", Integer },
                { "window", Duration },
            })
        },
        {
            "placement", Closed(new Fields(v)
            {
                { "constraints", ListOf(Text) },
                { "preferences", ListOf(Closed(new Fields(v) { { "spread", Text } })), 3 },
                { "max_replicas_per_node", Integer, 8 },
            })
        },
    }) with
    { Types = ["object", "null"] };

    private static SchemaNode Rollout(int v) => Closed(new Fields(v)
    {
        { "parallelism", Integer },
        { "delay", Duration },
        { "failure_action", Text },
        { "monitor", Duration },
        { "max_failure_ratio", Number },
        { "order", Text with { Allowed = ["start-first", "stop-first"] }, 4 },
    });

    private static SchemaNode Limits(int v) => Closed(new Fields(v)
    {
        { "cpus", Text },
        { "memory", Text },
        { "pids", Integer, 9 },
    });

    private static SchemaNode Reservations(int v) => Closed(new Fields(v)
    {
        { "cpus", Text },
        { "memory", Text },
        {
            "generic_resources",
            ListOf(Closed(new Fields(v)
            {
                {
                    "discrete_resource_spec", Closed(new Fields(v)
                    {
                        { "kind", Text },
                        { "value", Number },
                    })
                },
            })),
            5
        },
    });
}
