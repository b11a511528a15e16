using System.Globalization;
using Swarm.Compose.Syntax;
using Swarm.Compose.Values;

namespace Swarm.Compose.Shapes;

/// <summary>Turns the short forms of the stack format into the long ones.</summary>
internal static class ShortForms
{
    // A range may stand for many ports; a service with more entries than this is a mistake or an attack.
    private const int MostPorts = 100_000;

    /// <summary>The long form of a value.</summary>
    /// <exception cref="FormatException">It is neither form; the message is Docker's.</exception>
    public static Value Expand(ShortForm form, Value value, Action<SourceMark, string> warn) => form switch
    {
        ShortForm.None => value,
        ShortForm.External => OfExternal(value),
        ShortForm.HealthCheckTest => OfText(value, text => ["CMD-SHELL", text], "healthcheck.test"),
        ShortForm.Command => value.Kind == ValueKind.Text ? ListOf(ShellWords.Split(value.Text), value.Mark) : value,
        ShortForm.Texts => OfText(value, text => [text], "string list"),
        ShortForm.PrintedMap => value.Kind == ValueKind.Map
            ? OfMapping(value, keepsNull: false)
            : throw WrongType(value, "map[string]string"),
        ShortForm.Ulimit => OfUlimit(value),
        ShortForm.Size => OfSize(value),
        ShortForm.Ports => OfPorts(value, warn),
        ShortForm.FileReference => OfName(value, "source", "secret"),
        ShortForm.PrintedList => value.Kind == ValueKind.List
            ? ListOf(value.Items.ConvertAll(GoText.Print), value.Mark)
            : value,
        ShortForm.Networks => value.Kind == ValueKind.List ? OfNetworks(value) : value,
        ShortForm.Mapping => OfMapping(value, keepsNull: false),
        ShortForm.Environment => OfMapping(value, keepsNull: true),
        ShortForm.Hosts => OfHosts(value),
        ShortForm.Mount => OfMount(value),
        ShortForm.BuildContext => OfName(value, "context", "service build"),
        ShortForm.Duration => value.Kind == ValueKind.Text
            ? Value.Of(GoDuration.Parse(value.Text), value.Mark)
            : throw WrongType(value, "duration"),
        _ => value,
    };

    private static FormatException WrongType(Value value, string wanted) =>
        new($"invalid type {value.GoType} for {wanted}");

    private static Value ListOf(IEnumerable<string> texts, SourceMark mark) =>
        Value.Of(texts.Select(text => Value.Of(text, mark)).ToList(), mark);

    private static Value MapOf(SourceMark mark, params ReadOnlySpan<(string Key, Value Value)> members)
    {
        var map = new ValueMap();
        foreach (var (key, value) in members)
        {
            map.Add(key, new(value, mark));
        }

        return Value.Of(map, mark);
    }

    private static Value OfExternal(Value value) => value.Kind switch
    {
        ValueKind.Boolean => MapOf(value.Mark, ("External", value)),
        ValueKind.Map => MapOf(
            value.Mark,
            ("External", Value.Of(true, value.Mark)),
            ("Name", value["name"] ?? Value.OfNull(value.Mark))),
        _ => throw WrongType(value, "external"),
    };

    private static Value OfText(Value value, Func<string, string[]> words, string wanted) =>
        value.Kind == ValueKind.Text ? ListOf(words(value.Text), value.Mark)
        : value.Kind == ValueKind.List ? value
        : throw WrongType(value, wanted);

    private static Value OfName(Value value, string key, string wanted) => value.Kind switch
    {
        ValueKind.Text => MapOf(value.Mark, (key, value)),
        ValueKind.Map => value,
        _ => throw WrongType(value, wanted),
    };

    private static Value OfUlimit(Value value) => value.Kind switch
    {
        ValueKind.Integer => MapOf(value.Mark, ("Single", value)),
        ValueKind.Map when value["soft"] is { Kind: ValueKind.Integer } && value["hard"] is { Kind: ValueKind.Integer } =>
            value,
        ValueKind.Map => throw new FormatException("soft and hard must be integers"),
        _ => throw WrongType(value, "ulimits"),
    };

    private static Value OfSize(Value value) => value.Kind switch
    {
        ValueKind.Integer => value,
        ValueKind.Text => Value.Of(SizeSyntax.Parse(value.Text), value.Mark),
        _ => throw new FormatException($"invalid type for size {value.GoType}"),
    };

    private static Value OfNetworks(Value value)
    {
        var map = new ValueMap();
        foreach (var name in value.Items)
        {
            map[GoText.Print(name)] = new(Value.OfNull(name.Mark), name.Mark);
        }

        return Value.Of(map, value.Mark);
    }

    private static Value OfMapping(Value value, bool keepsNull)
    {
        var map = new ValueMap();
        switch (value.Kind)
        {
            case ValueKind.Map:
                foreach (var (key, member) in value.Map)
                {
                    map[key] = new(OfMember(member.Value, keepsNull), member.KeyMark);
                }

                break;
            case ValueKind.List:
                foreach (var item in value.Items)
                {
                    var text = item.Kind == ValueKind.Text ? item.Text : throw WrongType(item, "an entry of a mapping");
                    var split = text.IndexOf('=', StringComparison.Ordinal);
                    map[split < 0 ? text : text[..split]] = new(
                        split >= 0 ? Value.Of(text[(split + 1)..], item.Mark)
                        : keepsNull ? Value.OfNull(item.Mark)
                        : Value.Of("", item.Mark),
                        item.Mark);
                }

                break;
            default:
                throw new FormatException($"expected a map or a list, got {value.GoType}");
        }

        return Value.Of(map, value.Mark);
    }

    private static Value OfMember(Value value, bool keepsNull) =>
        value.Kind == ValueKind.Text || (value.Kind == ValueKind.Null && keepsNull)
            ? value
            : Value.Of(value.Kind == ValueKind.Null ? "" : GoText.Print(value), value.Mark);

    private static Value OfHosts(Value value)
    {
        var hosts = value.Kind switch
        {
            ValueKind.Map => value.Map
                .Where(member => member.Value.Value.Kind != ValueKind.Null)
                .Select(member => $"{member.Key}:{PrintHost(member.Value.Value)}")
                .Order(StringComparer.Ordinal),
            ValueKind.List => value.Items.Select(GoText.Print).Select(SplitHost).OfType<string>(),
            _ => throw new FormatException($"expected a map or a list, got {value.GoType}"),
        };
        return ListOf(hosts.Select(WithoutBrackets), value.Mark);
    }

    // A number where a text is meant is printed with a complaint, and so it is stored.
    private static string PrintHost(Value value) =>
        value.Kind == ValueKind.Text ? value.Text : $"%!s({value.GoType}={GoText.Print(value)})";

    private static string? SplitHost(string entry)
    {
        var split = entry.IndexOf('=', StringComparison.Ordinal);
        split = split < 0 ? entry.IndexOf(':', StringComparison.Ordinal) : split;
        return split < 0 ? null : $"{entry[..split]}:{entry[(split + 1)..]}";
    }

    private static string WithoutBrackets(string entry)
    {
        var split = entry.IndexOf(':', StringComparison.Ordinal);
        var (host, address) = split < 0 ? (entry, "") : (entry[..split], entry[(split + 1)..]);
        return $"{host}:{(address is ['[', .. { Length: > 0 } inner, ']'] ? inner : address)}";
    }

    private static Value OfPorts(Value value, Action<SourceMark, string> warn)
    {
        if (value.Kind != ValueKind.List)
        {
            throw WrongType(value, "port");
        }

        var ports = new List<Value>();
        foreach (var entry in value.Items)
        {
            switch (entry.Kind)
            {
                case ValueKind.Integer or ValueKind.Text:
                    AddPorts(ports, GoText.Print(entry), entry.Mark, warn);
                    break;
                case ValueKind.Map:
                    ports.Add(entry);
                    break;
                default:
                    throw WrongType(entry, "port");
            }
        }

        return Value.Of(ports, value.Mark);
    }

    private static void AddPorts(List<Value> ports, string text, SourceMark mark, Action<SourceMark, string> warn)
    {
        if (!PortSyntax.TryParse(text, out var mappings))
        {
            throw new FormatException($"invalid port: {text}");
        }

        foreach (var mapping in mappings.OrderBy(mapping => mapping.Port, StringComparer.Ordinal))
        {
            if (mapping.HasParticularAddress)
            {
                warn(mark, $"ignoring IP-address ({mapping}) service will listen on '0.0.0.0'");
            }

            if (ports.Count + mapping.Last - mapping.First >= MostPorts)
            {
                throw new FormatException(string.Create(
                    CultureInfo.InvariantCulture, $"a service publishes at most {MostPorts} ports"));
            }

            for (long published = mapping.First; published <= mapping.Last; published++)
            {
                ports.Add(MapOf(
                    mark,
                    ("Mode", Value.Of("ingress", mark)),
                    ("Target", Value.Of((long)mapping.Target, mark)),
                    ("Published", Value.Of(published, mark)),
                    ("Protocol", Value.Of(mapping.Protocol, mark))));
            }
        }
    }

    private static Value OfMount(Value value)
    {
        if (value.Kind != ValueKind.Text)
        {
            return value.Kind == ValueKind.Map ? value : throw WrongType(value, "service volume");
        }

        var mark = value.Mark;
        var mount = MountSyntax.Parse(value.Text);
        var isBind = mount.Source.Length > 0 && MountSyntax.IsPath(mount.Source);
        var map = MapOf(
            mark,
            ("type", Value.Of(isBind ? "bind" : "volume", mark)),
            ("source", Value.Of(mount.Source, mark)),
            ("target", Value.Of(mount.Target, mark)));
        foreach (var option in mount.Options)
        {
            switch (option)
            {
                case "ro" or "rw":
                    map.Map["read_only"] = new(Value.Of(option == "ro", mark), mark);
                    break;
                case "nocopy":
                    map.Map["volume"] = new(MapOf(mark, ("nocopy", Value.Of(true, mark))), mark);
                    break;
                case "private" or "rprivate" or "shared" or "rshared" or "slave" or "rslave":
                    map.Map["bind"] = new(MapOf(mark, ("propagation", Value.Of(option, mark))), mark);
                    break;
            }
        }

        return map;
    }
}
