using static Swarm.Compose.Schema.SchemaNode;

namespace Swarm.Compose.Schema;

/// <summary>Networks, volumes, secrets and configs at the top of a file.</summary>
internal static class ObjectSchemas
{
    private static readonly SchemaNode External = new()
    {
        Types = ["boolean", "object"],
        Properties = new Dictionary<string, SchemaNode>(StringComparer.Ordinal) { ["name"] = Text },
    };

    private static readonly SchemaNode ClosedExternal = External with { IsOpen = false };

    public static SchemaNode Network(int v) => Closed(new Fields(v)
    {
        { "name", Text, 5 },
        { "driver", Text },
        { "driver_opts", SchemaParts.DriverOptions },
        {
            "ipam", Closed(new Fields(v)
            {
                { "driver", Text },
                { "config", ListOf(Closed(new Fields(v) { { "subnet", Text } })) },
            })
        },
        { "external", ClosedExternal },
        { "internal", SchemaNode.Boolean },
        { "attachable", SchemaNode.Boolean, 2 },
        { "labels", SchemaParts.ListOrMapping },
    }) with
    { Types = ["object", "null"], Patterns = SchemaParts.Extensions(v, since: 7) };

    public static SchemaNode Volume(int v) => Closed(new Fields(v)
    {
        { "name", Text, 4 },
        { "driver", Text },
        { "driver_opts", SchemaParts.DriverOptions },
        { "external", ClosedExternal },
        { "labels", SchemaParts.ListOrMapping },
        { "x-cluster-spec", ClusterVolume(v), 10 },
    }) with
    { Types = ["object", "null"], Patterns = SchemaParts.Extensions(v, since: 7) };

    public static SchemaNode Secret(int v) => FileObject(v, new Fields(v)
    {
        { "driver", Text, 8 },
        { "driver_opts", SchemaParts.DriverOptions, 8 },
    });

    public static SchemaNode Config(int v) => FileObject(v, new Fields(v));

    private static SchemaNode FileObject(int v, Fields fields)
    {
        fields.Add("name", Text, 5);
        fields.Add("file", Text);
        fields.Add("external", External);
        fields.Add("labels", SchemaParts.ListOrMapping);
        fields.Add("template_driver", Text, 8);
        return Closed(fields) with { Patterns = SchemaParts.Extensions(v, since: 7) };
    }

    private static SchemaNode ClusterVolume(int v) => Open(new Fields(v)
    {
        { "group", Text },
        {
            "access_mode", Open(new Fields(v)
            {
                { "scope", Text },
                { "sharing", Text },
                { "block_volume", OfType("object") },
                {
                    "mount_volume", Open(new Fields(v)
                    {
                        { "fs_type", Text },
                        { "mount_flags", ListOf(Text) },
                    })
                },
            })
        },
        {
            "accessibility_requirements", Open(new Fields(v)
            {
                { "requisite", Topologies(v) },
                { "preferred", Topologies(v) },
            })
        },
        {
            "capacity_range", Open(new Fields(v)
            {
                { "required_bytes", Text },
                { "limit_bytes", Text },
            })
        },
        { "availability", Text },
    });

    private static SchemaNode Topologies(int v) =>
        ListOf(Open(new Fields(v) { { "segments", SchemaParts.ListOrMapping } }));
}
