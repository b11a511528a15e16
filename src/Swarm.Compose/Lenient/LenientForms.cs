using Swarm.Compose.Loading;
using Swarm.Compose.Schema;
using Swarm.Compose.Values;

namespace Swarm.Compose.Lenient;

/// <summary>
/// Makes a stack file of a file of the Compose Specification. What has a meaning in a swarm is put where the stack
/// format
/// has it; what has none is named in a warning and left out.
/// </summary>
internal sealed class LenientForms(LoadContext context)
{
    /// <exception cref="StackFileException">The file uses something that cannot be left out without changing its meaning.</exception>
    public Value Rewrite(Value root)
    {
        RefuseUnresolved(root);
        var rewritten = new ValueMap();
        foreach (var (key, member) in root.Map.Where(entry => entry.Key is not ("version" or "name")))
        {
            rewritten.Add(key, key switch
            {
                "services" when member.Value.Kind == ValueKind.Map =>
                    member with { Value = Map(member.Value, new ServiceForms(context).Rewrite) },
                "secrets" or "configs" when member.Value.Kind == ValueKind.Map =>
                    member with
                    {
                        Value =
                        Map(member.Value, (name, entry) => FileObjectForms.Rewrite(key, name, entry, context))
                    },
                _ => member,
            });
        }

        var schema = StackSchema.Find(StackSchema.NewestVersion)!;
        return new SchemaCoercion(context).Coerce(schema, Value.Of(rewritten, root.Mark), "");
    }

    // A file that builds on others means something else without them.
    private static void RefuseUnresolved(Value root)
    {
        if (root.Map.TryGetValue("include", out var include))
        {
            throw Unresolved("include", include.KeyMark);
        }

        foreach (var (_, service) in root["services"] is { Kind: ValueKind.Map } services ? services.Map : [])
        {
            if (service.Value.Kind == ValueKind.Map && service.Value.Map.TryGetValue("extends", out var extends))
            {
                throw Unresolved("extends", extends.KeyMark);
            }
        }
    }

    private static StackFileException Unresolved(string key, SourceMark mark) => new(
        $"{key} is not followed here; let docker compose config write the file out and use its result", mark);

    private static Value Map(Value section, Func<string, Value, Value> rewrite)
    {
        var map = new ValueMap();
        foreach (var (name, member) in section.Map)
        {
            map.Add(name, member with { Value = rewrite(name, member.Value) });
        }

        return Value.Of(map, section.Mark);
    }
}
