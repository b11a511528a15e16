using System.Collections.Concurrent;
using System.Globalization;
using static Swarm.Compose.Schema.SchemaNode;

namespace Swarm.Compose.Schema;

/// <summary>The schemas of the stack format, versions 3.0 to 3.13; <c>v</c> is the number after the dot.</summary>
internal static class StackSchema
{
    /// <summary>What a file without a version is.</summary>
    public const string NewestVersion = "3.13";

    private const int NewestMinor = 13;

    private static readonly ConcurrentDictionary<int, SchemaNode> Schemas = new();

    /// <summary>The schema of a version such as <c>3.8</c>; null when there is no such version.</summary>
    public static SchemaNode? Find(string version)
    {
        for (var minor = 0; minor <= NewestMinor; minor++)
        {
            if (version == string.Create(CultureInfo.InvariantCulture, $"3.{minor}"))
            {
                return Schemas.GetOrAdd(minor, Build);
            }
        }

        return null;
    }

    private static SchemaNode Build(int v) => Closed(new Fields(v)
    {
        { "version", Text },
        { "services", Named(ServiceSchema.Build(v)) },
        { "networks", Named(ObjectSchemas.Network(v)) with { IsOpen = true } },
        { "volumes", Named(ObjectSchemas.Volume(v)) },
        { "secrets", Named(ObjectSchemas.Secret(v)), 1 },
        { "configs", Named(ObjectSchemas.Config(v)), 3 },
    }) with
    { Patterns = SchemaParts.Extensions(v, since: 4) };

    private static SchemaNode Named(SchemaNode entry) => new()
    {
        Types = ["object"],
        Patterns = [new(SchemaParts.IsName, entry)],
        IsOpen = false,
    };
}

/// <summary>Properties of a mapping; those that came with a later version are left out.</summary>
internal sealed class Fields(int v) : Dictionary<string, SchemaNode>(StringComparer.Ordinal)
{
    public void Add(string name, SchemaNode schema, int since)
    {
        if (v >= since)
        {
            Add(name, schema);
        }
    }
}
