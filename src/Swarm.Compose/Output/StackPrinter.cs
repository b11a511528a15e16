using System.Globalization;
using Swarm.Compose.Loading;
using Swarm.Compose.Shapes;
using Swarm.Compose.Syntax;
using Swarm.Compose.Values;
using Swarm.Compose.Yaml;

namespace Swarm.Compose.Output;

/// <summary>Prints a stack as <c>docker stack config</c> does: long forms, fixed order of keys, sorted names.</summary>
internal sealed class StackPrinter
{
    private readonly YamlWriter _writer = new();

    public static string Print(StackModel model)
    {
        var printer = new StackPrinter();
        printer.PrintModel(model);
        return printer._writer.ToString() is { Length: > 0 } text && text[^1] != '\n' ? text + "\n"
            : printer._writer.ToString();
    }

    private void PrintModel(StackModel model)
    {
        _writer.BeginMap(isEmpty: false);
        _writer.Key("version");
        _writer.Text(model.Version);
        PrintSection("services", model.Services, isAlways: true);
        PrintSection("networks", model.Networks);
        PrintSection("volumes", model.Volumes);
        PrintSection("secrets", model.Secrets);
        PrintSection("configs", model.Configs);
        PrintExtensions(model.Extensions);
        _writer.End();
    }

    private void PrintSection(string name, OrderedDictionary<string, StackRecord> section, bool isAlways = false)
    {
        if (section.Count == 0 && !isAlways)
        {
            return;
        }

        _writer.Key(name);
        _writer.BeginMap(section.Count == 0);
        foreach (var (key, record) in section.OrderBy(entry => entry.Key, NaturalOrder.Instance))
        {
            _writer.Key(key);
            PrintRecord(record);
        }

        EndUnlessEmpty(section.Count);
    }

    private void PrintRecord(StackRecord record)
    {
        var printed = Enumerable.Range(0, record.Shape.Fields.Length)
            .Where(index => IsPrinted(record.Shape.Fields[index], record[index]))
            .ToList();
        var extensions = record.Extensions?.Where(member =>
            !record.Shape.Fields.Any(field => field.Key == member.Key)).ToList() ?? [];
        var count = printed.Count + extensions.Count;
        _writer.BeginMap(count == 0);
        foreach (var index in printed)
        {
            _writer.Key(record.Shape.Fields[index].Key);
            Print(record.Shape.Fields[index].Shape, record[index]);
        }

        PrintExtensions(extensions);
        EndUnlessEmpty(count);
    }

    private static bool IsPrinted(FieldShape field, object? value) =>
        field.IsAlwaysPrinted || (field.Shape.IsOptional ? value is not null : !StackRecord.IsZero(value));

    private void Print(Shape shape, object? value)
    {
        switch (value)
        {
            case null:
                _writer.Literal("null");
                break;
            case StackRecord record when shape.ShortForm == ShortForm.External && record.Text("name").Length == 0:
                PrintScalar(shape, record.Flag("external"));
                break;
            case StackRecord record when shape.ShortForm == ShortForm.Ulimit && record.Integer("single") != 0:
                PrintScalar(shape, record.Integer("single"));
                break;
            case StackRecord record:
                PrintRecord(record);
                break;
            case List<object?> list:
                PrintList(shape, list);
                break;
            case StackMap map:
                PrintMap(shape, map);
                break;
            default:
                PrintScalar(shape, value);
                break;
        }
    }

    private void PrintList(Shape shape, List<object?> list)
    {
        _writer.BeginList(list.Count == 0);
        foreach (var item in list)
        {
            _writer.Item();
            Print(shape.Element!, item);
        }

        EndUnlessEmpty(list.Count);
    }

    private void PrintMap(Shape shape, StackMap map)
    {
        _writer.BeginMap(map.Count == 0);
        foreach (var (key, value) in map.OrderBy(entry => entry.Key, NaturalOrder.Instance))
        {
            _writer.Key(key);
            Print(shape.Element!, value);
        }

        EndUnlessEmpty(map.Count);
    }

    private void PrintScalar(Shape shape, object value)
    {
        switch (value)
        {
            case string text:
                _writer.Text(text);
                break;
            case bool flag:
                _writer.Literal(flag ? "true" : "false");
                break;
            case float number:
                _writer.Literal(GoNumber.Format(number));
                break;
            case long nanoseconds when shape.Kind == ShapeKind.Duration:
                _writer.Text(GoDuration.Format(nanoseconds));
                break;
            case long bytes when shape.Kind == ShapeKind.Bytes:
                _writer.Text(bytes.ToString(CultureInfo.InvariantCulture));
                break;
            default:
                _writer.Literal(Convert.ToString(value, CultureInfo.InvariantCulture)!);
                break;
        }
    }

    private void PrintExtensions(IEnumerable<KeyValuePair<string, ValueMember>>? extensions)
    {
        foreach (var (key, member) in (extensions ?? []).OrderBy(entry => entry.Key, NaturalOrder.Instance))
        {
            _writer.Key(key);
            PrintValue(member.Value);
        }
    }

    // Extensions may be as deep as the file allows: no recursion.
    private void PrintValue(Value root)
    {
        var pending = new Stack<Action>();
        pending.Push(() => PrintNode(root, pending));
        while (pending.TryPop(out var next))
        {
            next();
        }
    }

    private void PrintNode(Value value, Stack<Action> pending)
    {
        switch (value.Kind)
        {
            case ValueKind.List:
                _writer.BeginList(value.Items.Count == 0);
                PushEnd(pending, value.Items.Count);
                for (var index = value.Items.Count - 1; index >= 0; index--)
                {
                    var item = value.Items[index];
                    pending.Push(() => PrintNode(item, pending));
                    pending.Push(_writer.Item);
                }

                break;
            case ValueKind.Map:
                _writer.BeginMap(value.Map.Count == 0);
                PushEnd(pending, value.Map.Count);
                foreach (var (key, member) in value.Map.OrderBy(entry => entry.Key, NaturalOrder.Instance).Reverse())
                {
                    pending.Push(() => PrintNode(member.Value, pending));
                    pending.Push(() => _writer.Key(key));
                }

                break;
            case ValueKind.Text:
                _writer.Text(value.Text);
                break;
            case ValueKind.Null:
                _writer.Literal("null");
                break;
            case ValueKind.Timestamp:
                _writer.Literal(((YamlTimestamp)value.Content!).ToRfc3339());
                break;
            default:
                _writer.Literal(GoText.Print(value));
                break;
        }
    }

    private void PushEnd(Stack<Action> pending, int count)
    {
        if (count > 0)
        {
            pending.Push(_writer.End);
        }
    }

    private void EndUnlessEmpty(int count)
    {
        if (count > 0)
        {
            _writer.End();
        }
    }
}
