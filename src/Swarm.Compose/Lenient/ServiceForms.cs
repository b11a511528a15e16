using Swarm.Compose.Loading;
using Swarm.Compose.Values;

namespace Swarm.Compose.Lenient;

/// <summary>Forms of services that the Compose Specification has and the stack format has elsewhere.</summary>
internal sealed class ServiceForms(LoadContext context)
{
    // Where keys of a service go below "deploy".
    private static readonly (string Key, string[] Path)[] Moved =
    [
        ("scale", ["replicas"]),
        ("cpus", ["resources", "limits", "cpus"]),
        ("mem_limit", ["resources", "limits", "memory"]),
        ("pids_limit", ["resources", "limits", "pids"]),
        ("mem_reservation", ["resources", "reservations", "memory"]),
    ];

    public Value Rewrite(string name, Value service)
    {
        if (service.Kind != ValueKind.Map)
        {
            return service;
        }

        var map = new ValueMap();
        foreach (var (key, member) in service.Map)
        {
            map.Add(key, key switch
            {
                "depends_on" => member with { Value = Dependencies(name, member.Value) },
                "env_file" => member with { Value = EnvFiles(member.Value) },
                "ports" => member with { Value = Ports(member.Value) },
                _ => member,
            });
        }

        foreach (var (key, path) in Moved)
        {
            if (map.Remove(key, out var member) && member.Value.Kind != ValueKind.Null)
            {
                Move(map, path, member);
            }
        }

        return Value.Of(map, service.Mark);
    }

    // What "deploy" says itself counts more.
    private static void Move(ValueMap service, string[] path, ValueMember member)
    {
        var map = Own(service, "deploy", member);
        foreach (var step in path.SkipLast(1))
        {
            map = Own(map, step, member);
        }

        map.TryAdd(path[^1], member);
    }

    // A copy of the mapping under a key, in the place of what was there.
    private static ValueMap Own(ValueMap map, string key, ValueMember like)
    {
        var copy = new ValueMap();
        if (map.TryGetValue(key, out var present) && present.Value.Kind == ValueKind.Map)
        {
            foreach (var (name, value) in present.Value.Map)
            {
                copy.Add(name, value);
            }
        }

        map[key] = new(Value.Of(copy, like.Value.Mark), like.KeyMark);
        return copy;
    }

    private Value Dependencies(string name, Value value)
    {
        var dependencies = value.Kind switch
        {
            ValueKind.Map => value.Map.Select(entry => Dependency(entry.Key, entry.Value.Value)).ToList(),
            ValueKind.List => [.. value.Items.Select(item =>
                new StackDependency(GoText.Print(item), DependencyCondition.Started, IsRequired: true))],
            _ => [],
        };
        context.Dependencies[name] = dependencies;
        return value.Kind == ValueKind.Map
            ? Value.Of(dependencies.ConvertAll(dependency => Value.Of(dependency.Service, value.Mark)), value.Mark)
            : value;
    }

    private StackDependency Dependency(string service, Value options)
    {
        foreach (var (key, member) in options.Kind == ValueKind.Map ? options.Map : [])
        {
            if (key is not ("condition" or "required"))
            {
                context.Warn(member.KeyMark, $"depends_on.{service}: {key} has no effect in a swarm and is ignored");
            }
        }

        var condition = options["condition"] is { } written ? GoText.Print(written) : "service_started";
        return new(
            service,
            condition switch
            {
                "service_started" => DependencyCondition.Started,
                "service_healthy" => DependencyCondition.Healthy,
                "service_completed_successfully" => DependencyCondition.Completed,
                _ => throw new StackFileException($"unknown condition {GoText.Quote(condition)}", options["condition"]!.Mark),
            },
            options["required"] is not { Kind: ValueKind.Boolean, Content: false });
    }

    private Value EnvFiles(Value value)
    {
        var entries = value.Kind == ValueKind.List ? value.Items : [value];
        var paths = new List<Value>();
        foreach (var entry in entries)
        {
            if (entry.Kind != ValueKind.Map)
            {
                paths.Add(entry);
            }
            else if (entry["path"] is { } path && !IsMissing(entry, path))
            {
                paths.Add(path);
            }
        }

        return Value.Of(paths, value.Mark);
    }

    // A file that is not required may be missing.
    private bool IsMissing(Value entry, Value path)
    {
        if (entry["format"] is { } format)
        {
            context.Warn(format.Mark, "env_file: format has no effect in a swarm and is ignored");
        }

        if (entry["required"] is not { Kind: ValueKind.Boolean, Content: false } || path.Kind != ValueKind.Text)
        {
            return false;
        }

        try
        {
            _ = context.Files.Read(
                StackPaths.Absolute(context.WorkingDirectory, path.Text), context.Limits.ReferencedFileBytes);
            return false;
        }
        catch (StackIOException)
        {
            return true;
        }
    }

    private Value Ports(Value value)
    {
        if (value.Kind != ValueKind.List)
        {
            return value;
        }

        return Value.Of(value.Items.ConvertAll(entry => entry.Kind == ValueKind.Map ? Port(entry) : entry), value.Mark);
    }

    // The long form with a range or an address is written as the short one, which knows both.
    private static Value Port(Value entry)
    {
        var published = entry["published"] is { } host ? GoText.Print(host) : "";
        var address = entry["host_ip"] is { Kind: ValueKind.Text } ip ? ip.Text : "";
        var isIngress = entry["mode"] is null or { Kind: ValueKind.Null } or { Content: "" or "ingress" };
        if (entry["target"] is not { } target || !isIngress
            || (address.Length == 0 && !published.Contains('-', StringComparison.Ordinal)))
        {
            return entry;
        }

        var bracketed = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        var protocol = entry["protocol"] is { Kind: ValueKind.Text } given ? "/" + given.Text : "";
        return Value.Of(
            (address.Length > 0 ? bracketed + ":" : "") + $"{published}:{GoText.Print(target)}{protocol}", entry.Mark);
    }
}
