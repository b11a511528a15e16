using static Swarm.Compose.Shapes.StackShapes;

namespace Swarm.Compose.Shapes;

/// <summary>The section <c>deploy</c> of a service.</summary>
internal static class DeployShape
{
    private static readonly Shape Rollout = RecordOf(
        Field("parallelism", "Parallelism", Count),
        Field("delay", "Delay", Duration),
        Field("failure_action", Text),
        Field("monitor", "Monitor", Duration),
        Field("max_failure_ratio", new Shape(ShapeKind.Float)),
        Field("order", "Order", Text)).Optional;

    private static readonly Shape Limits = RecordOf(
        Field("cpus", Text),
        Field("memory", Bytes),
        Field("pids", Integer)).Optional;

    private static readonly Shape DiscreteResource = RecordOf(
        Field("kind", "Kind", Text) with { IsAlwaysPrinted = true },
        Field("value", "Value", Integer) with { IsAlwaysPrinted = true }).Optional;

    private static readonly Shape Reservations = RecordOf(
        Field("cpus", Text),
        Field("memory", Bytes),
        Field("generic_resources", ListOf(RecordOf(Field("discrete_resource_spec", DiscreteResource))))).Optional;

    private static readonly Shape RestartPolicy = RecordOf(
        Field("condition", "Condition", Text),
        Field("delay", "Delay", Duration.Optional),
        Field("max_attempts", Count),
        Field("window", "Window", Duration.Optional)).Optional;

    private static readonly Shape Placement = RecordOf(
        Field("constraints", "Constraints", Texts),
        Field("preferences", "Preferences", ListOf(RecordOf(Field("spread", "Spread", Text)))),
        Field("max_replicas_per_node", Unsigned));

    public static readonly Shape Shape = RecordOf(
        Field("mode", "Mode", Text),
        Field("replicas", "Replicas", Count),
        Field("labels", "Labels", Mapping),
        Field("update_config", Rollout),
        Field("rollback_config", Rollout),
        Field(
            "resources",
            "Resources",
            RecordOf(Field("limits", "Limits", Limits), Field("reservations", "Reservations", Reservations))),
        Field("restart_policy", RestartPolicy),
        Field("placement", "Placement", Placement),
        Field("endpoint_mode", Text));
}
