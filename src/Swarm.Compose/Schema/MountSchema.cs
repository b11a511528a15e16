using static Swarm.Compose.Schema.SchemaNode;

namespace Swarm.Compose.Schema;

/// <summary>The list <c>volumes</c> of a service.</summary>
internal static class MountSchema
{
    // From 3.2 on the list may hold duplicates; before, it may not.
    public static SchemaNode Build(int v) =>
        v < 2 ? SchemaParts.UniqueTexts : ListOf(Either(Text, Long(v)));

    private static SchemaNode Long(int v) => Closed(new Fields(v)
    {
        { "type", Text },
        { "source", Text },
        { "target", Text },
        { "read_only", SchemaNode.Boolean },
        { "consistency", Text },
        { "bind", Open(new Fields(v) { { "propagation", Text } }) },
        { "volume", Open(new Fields(v) { { "nocopy", SchemaNode.Boolean } }) },
        { "tmpfs", Open(new Fields(v) { { "size", Integer with { Minimum = 0 } } }), 6 },
    }) with
    { Required = ["type"] };
}
