using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Swarm.Hosting.Tests.Wire;

/// <summary>Sets every field of a message, down to the last, so that a field that the mapping forgets is missed.</summary>
internal sealed class MessageFiller(int variant)
{
    private int _next;

    /// <summary>A message with every field set; of alternatives, the one that the variant picks.</summary>
    public IMessage Create(MessageDescriptor descriptor)
    {
        var message = descriptor.Parser.ParseFrom(ByteString.Empty);
        switch (message)
        {
            case Timestamp time:
                time.Seconds = 1_600_000_000 + ++_next;
                time.Nanos = 100 * ++_next;
                return time;
            case Duration duration:
                duration.Seconds = ++_next;
                duration.Nanos = 100 * ++_next;
                return duration;
        }

        foreach (var field in descriptor.Fields.InFieldNumberOrder())
        {
            if (field.RealContainingOneof is { } alternatives
                && alternatives.Fields[variant % alternatives.Fields.Count] != field)
            {
                continue;
            }

            Set(message, field);
        }

        return message;
    }

    private void Set(IMessage message, FieldDescriptor field)
    {
        var current = field.Accessor.GetValue(message);
        if (field.IsMap)
        {
            var value = field.MessageType.FindFieldByNumber(2);
            ((IDictionary)current).Add($"k{++_next}", Value(value, null));
            ((IDictionary)current).Add($"k{++_next}", Value(value, null));
        }
        else if (field.IsRepeated)
        {
            var type = current.GetType().GetGenericArguments()[0];
            ((IList)current).Add(Value(field, type));
            ((IList)current).Add(Value(field, type));
        }
        else
        {
            field.Accessor.SetValue(message, Value(field, current?.GetType()));
        }
    }

    private object Value(FieldDescriptor field, System.Type? type) => field.FieldType switch
    {
        FieldType.String => $"s{++_next}",
        FieldType.Bytes => ByteString.CopyFromUtf8($"b{++_next}"),
        FieldType.Bool => true,

        // Only a count from the end of a log makes sense to an engine.
        FieldType.Int64 when field.FullName.EndsWith("LogSubscriptionOptions.tail", StringComparison.Ordinal) => -5L,
        FieldType.Int64 => (long)++_next,
        FieldType.UInt64 => (ulong)++_next,
        FieldType.Int32 => ++_next,
        FieldType.UInt32 => (uint)++_next,
        FieldType.Float => ++_next + 0.5f,
        FieldType.Enum => EnumValue(field.EnumType, type!),
        FieldType.Message when field.MessageType.FullName == BoolValue.Descriptor.FullName => true,
        FieldType.Message when field.MessageType.FullName == Int64Value.Descriptor.FullName => (long)++_next,
        FieldType.Message => Create(field.MessageType),
        _ => throw new NotSupportedException(field.FullName),
    };

    // An enum that knows only zero gets a number that it does not know.
    private object EnumValue(EnumDescriptor descriptor, System.Type type)
    {
        var known = descriptor.Values.Count;
        return System.Enum.ToObject(type, known == 1 ? 7 : descriptor.Values[1 + (++_next % (known - 1))].Number);
    }
}
