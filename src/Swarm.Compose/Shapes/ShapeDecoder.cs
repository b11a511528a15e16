using System.Globalization;
using Swarm.Compose.Values;

namespace Swarm.Compose.Shapes;

/// <summary>
/// Turns checked values into what their shapes say. Collects every failure; goes no deeper into a value than its shape.
/// </summary>
internal sealed class ShapeDecoder(Action<SourceMark, string> warn)
{
    private readonly List<StackDiagnostic> _failures = [];

    /// <summary>Decodes a service.</summary>
    /// <exception cref="StackFileException">Parts of it do not fit.</exception>
    public StackRecord DecodeRecord(Value value, RecordShape shape)
    {
        var record = DecodeRecord("", value, shape);
        ThrowIfFailed();
        return record;
    }

    /// <summary>Decodes the entries of a section at the top of a file.</summary>
    /// <exception cref="StackFileException">Parts of it do not fit.</exception>
    public OrderedDictionary<string, StackRecord> DecodeSection(Value? section, RecordShape shape)
    {
        var records = new OrderedDictionary<string, StackRecord>(StringComparer.Ordinal);
        foreach (var (name, member) in section?.Map ?? [])
        {
            records[name] = member.Value.Kind switch
            {
                ValueKind.Null => new StackRecord(shape, member.KeyMark),
                _ => DecodeRecord($"[{name}]", member.Value, shape),
            };
        }

        ThrowIfFailed();
        return records;
    }

    private void ThrowIfFailed()
    {
        if (_failures.Count > 0)
        {
            throw new StackFileException(
                "decoding failed due to the following error(s):\n\n"
                + string.Join('\n', _failures.Select(failure => failure.Message)),
                _failures);
        }
    }

    private object? Decode(string name, Value value, Shape shape)
    {
        if (value.Kind == ValueKind.Null)
        {
            return StackRecord.ZeroOf(shape, value.Mark);
        }

        try
        {
            value = ShortForms.Expand(shape.ShortForm, value, warn);
        }
        catch (FormatException exception)
        {
            Fail(value, $"error decoding '{name}': {exception.Message}");
            return StackRecord.ZeroOf(shape, value.Mark);
        }

        return shape.Kind switch
        {
            ShapeKind.Text => value.Kind == ValueKind.Text ? value.Text : Refuse(name, value, shape),
            ShapeKind.Boolean => value.Kind == ValueKind.Boolean ? value.Content : Refuse(name, value, shape),
            ShapeKind.Integer or ShapeKind.Bytes or ShapeKind.Duration => DecodeInteger(name, value, shape),
            ShapeKind.Unsigned or ShapeKind.Unsigned32 => DecodeUnsigned(name, value, shape),
            ShapeKind.Float => DecodeFloat(name, value, shape),
            ShapeKind.List => DecodeList(name, value, shape),
            ShapeKind.Map => DecodeMap(name, value, shape),
            ShapeKind.Record => DecodeRecord(name, value, shape.Record!),
            _ => value,
        };
    }

    private object? DecodeInteger(string name, Value value, Shape shape) => value.Kind switch
    {
        ValueKind.Integer => value.Integer,
        ValueKind.Unsigned => unchecked((long)(ulong)value.Content!),
        ValueKind.Float => TruncateTo<long>(value),
        _ => Refuse(name, value, shape),
    };

    private object? DecodeUnsigned(string name, Value value, Shape shape)
    {
        if (value is { Kind: ValueKind.Integer, Integer: < 0 }
            || (value.Kind == ValueKind.Float && (double)value.Content! < 0))
        {
            var shown = value.Kind == ValueKind.Integer
                ? GoText.Print(value)
                : ((double)value.Content!).ToString("F6", CultureInfo.InvariantCulture);
            Fail(value, $"cannot parse '{name}', {shown} overflows uint");
            return StackRecord.ZeroOf(shape);
        }

        var number = value.Kind switch
        {
            ValueKind.Integer => (ulong)value.Integer,
            ValueKind.Unsigned => (ulong)value.Content!,
            ValueKind.Float => (ulong)TruncateTo<ulong>(value),
            _ => Refuse(name, value, shape),
        };
        return shape.Kind == ShapeKind.Unsigned32 && number is ulong wide ? wide & uint.MaxValue : number;
    }

    private object? DecodeFloat(string name, Value value, Shape shape) => value.Kind switch
    {
        ValueKind.Integer or ValueKind.Unsigned or ValueKind.Float =>
            (float)Convert.ToDouble(value.Content, CultureInfo.InvariantCulture),
        _ => Refuse(name, value, shape),
    };

    private List<object?>? DecodeList(string name, Value value, Shape shape)
    {
        if (value.Kind != ValueKind.List)
        {
            Fail(value, $"'{name}': source data must be an array or slice, got {value.GoKind}");
            return null;
        }

        var items = new List<object?>(value.Items.Count);
        foreach (var item in value.Items)
        {
            items.Add(
                Decode(string.Create(CultureInfo.InvariantCulture, $"{name}[{items.Count}]"), item, shape.Element!));
        }

        return items;
    }

    private StackMap? DecodeMap(string name, Value value, Shape shape)
    {
        if (value.Kind != ValueKind.Map)
        {
            Fail(value, $"'{name}' expected a map, got '{value.GoKind}'");
            return null;
        }

        var map = new StackMap();
        foreach (var (key, member) in value.Map)
        {
            map[key] = Decode($"{name}[{key}]", member.Value, shape.Element!);
        }

        return map;
    }

    private StackRecord DecodeRecord(string name, Value value, RecordShape shape)
    {
        var record = new StackRecord(shape, value.Mark) { Source = value };
        if (value.Kind != ValueKind.Map)
        {
            Fail(value, $"'{name}' expected a map, got '{value.GoKind}'");
            return record;
        }

        for (var index = 0; index < shape.Fields.Length; index++)
        {
            var field = shape.Fields[index];
            if (Find(value.Map, field) is { } member)
            {
                record[index] =
                    Decode(name.Length == 0 ? field.DecodeName : $"{name}.{field.DecodeName}", member, field.Shape);
            }
        }

        return record;
    }

    // The exact name first; else any spelling of it in other case.
    private static Value? Find(ValueMap map, FieldShape field)
    {
        if (map.TryGetValue(field.DecodeName, out var member) || map.TryGetValue(field.Key, out member))
        {
            return member.Value;
        }

        foreach (var (key, candidate) in map)
        {
            if (key.Equals(field.DecodeName, StringComparison.OrdinalIgnoreCase))
            {
                return candidate.Value;
            }
        }

        return null;
    }

    private static object TruncateTo<T>(Value value)
        where T : System.Numerics.INumber<T>
    {
        var number = Math.Truncate((double)value.Content!);
        return T.CreateSaturating(number);
    }

    private object? Refuse(string name, Value value, Shape shape)
    {
        Fail(value, $"'{name}' expected type '{shape.GoType}', got unconvertible type '{value.GoType}', value: '{GoText.Print(value)}'");
        return StackRecord.ZeroOf(shape);
    }

    private void Fail(Value value, string message) => _failures.Add(new(StackSeverity.Error, value.Mark, message));
}
