using static Swarm.Compose.Shapes.StackShapes;

namespace Swarm.Compose.Shapes;

/// <summary>Networks, volumes, secrets and configs at the top of a file.</summary>
internal static class ObjectShapes
{
    public static readonly RecordShape Network = new(
        Field("name", "Name", Text),
        Field("driver", "Driver", Text),
        Field("driver_opts", Options),
        Field("ipam", "Ipam", RecordOf(
            Field("driver", "Driver", Text),
            Field("config", "Config", ListOf(RecordOf(Field("subnet", "Subnet", Text)).Optional)))),
        Field("external", "External", External),
        Field("internal", "Internal", StackShapes.Boolean),
        Field("attachable", "Attachable", StackShapes.Boolean),
        Field("labels", "Labels", Mapping))
    {
        HasExtensions = true,
    };

    public static readonly RecordShape Volume = new(
        Field("name", "Name", Text),
        Field("driver", "Driver", Text),
        Field("driver_opts", Options),
        Field("external", "External", External),
        Field("labels", "Labels", Mapping),
        Field("x-cluster-spec", ClusterVolume()))
    {
        HasExtensions = true,
    };

    /// <summary>Secrets and configs alike.</summary>
    public static readonly RecordShape FileObject = new(
        Field("name", "Name", Text),
        Field("file", "File", Text),
        Field("external", "External", External),
        Field("labels", "Labels", Mapping),
        Field("driver", "Driver", Text),
        Field("driver_opts", Options),
        Field("template_driver", Text))
    {
        HasExtensions = true,
    };

    private static Shape ClusterVolume() => RecordOf(
        Field("group", "Group", Text),
        Field("access_mode", RecordOf(
            Field("scope", "Scope", Text),
            Field("sharing", "Sharing", Text),
            Field("mount_volume", RecordOf(Field("fs_type", Text), Field("mount_flags", Texts)).Optional),
            Field("block_volume", RecordOf().Optional)).Optional),
        Field("accessibility_requirements", RecordOf(
            Field("requisite", "Requisite", Topologies()),
            Field("preferred", "Preferred", Topologies())).Optional),
        Field("capacity_range", RecordOf(
            Field("required_bytes", Bytes),
            Field("limit_bytes", Bytes)).Optional),
        Field("secrets", "Secrets", ListOf(RecordOf(Field("key", "Key", Text), Field("secret", "Secret", Text)))),
        Field("availability", "Availability", Text)).Optional;

    private static Shape Topologies() => ListOf(RecordOf(Field("segments", "Segments", Mapping)));
}
