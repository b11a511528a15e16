using static Swarm.Compose.Shapes.StackShapes;

namespace Swarm.Compose.Shapes;

/// <summary>An entry of a service's <c>volumes</c>.</summary>
internal static class MountShape
{
    public static readonly Shape Bind = RecordOf(Field("propagation", "Propagation", Text)).Optional;

    public static readonly Shape Volume =
        RecordOf(Field("nocopy", StackShapes.Boolean), Field("subpath", Text)).Optional;

    public static readonly Shape Shape = RecordOf(new RecordShape(
        Field("type", "Type", Text),
        Field("source", "Source", Text),
        Field("target", "Target", Text),
        Field("read_only", StackShapes.Boolean),
        Field("consistency", "Consistency", Text),
        Field("bind", "Bind", Bind),
        Field("volume", "Volume", Volume),
        Field("image", "Image", RecordOf(Field("subpath", Text)).Optional),
        Field("tmpfs", "Tmpfs", RecordOf(Field("size", "Size", Integer)).Optional),
        Field("cluster", "Cluster", RecordOf().Optional))
    {
        KeyField = "target",
    }) with
    { ShortForm = ShortForm.Mount };
}
