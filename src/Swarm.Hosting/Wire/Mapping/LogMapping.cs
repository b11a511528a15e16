using Google.Protobuf;
using Swarm.Dispatch;
using Swarm.Execution;

namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Log subscriptions and log lines.</summary>
internal static class LogMapping
{
    public static Protos.SubscriptionMessage ToWire(this LogSubscriptionMessage message) => new()
    {
        Id = message.Id,
        Selector = message.Selector.ToWire(),
        Options = message.Options.ToWire(),
        Close = message.Close,
    };

    public static LogSubscriptionMessage ToRecord(this Protos.SubscriptionMessage wire) => new(
        wire.Id,
        (wire.Selector ?? new()).ToRecord(),
        (wire.Options ?? new()).ToRecord(),
        wire.Close);

    public static Protos.LogSelector ToWire(this LogSelector selector)
    {
        var wire = new Protos.LogSelector();
        wire.ServiceIds.Fill(selector.Services, id => id.ToString());
        wire.NodeIds.Fill(selector.Nodes, id => id.ToString());
        wire.TaskIds.Fill(selector.Tasks, id => id.ToString());
        return wire;
    }

    public static LogSelector ToRecord(this Protos.LogSelector wire) => new(
        wire.ServiceIds.ToList(id => new ServiceId(id)),
        wire.NodeIds.ToList(id => new NodeId(id)),
        wire.TaskIds.ToList(id => new TaskId(id)));

    // On the wire -1 asks for no line before now, -11 for the last ten, 0 for all.
    public static Protos.LogSubscriptionOptions ToWire(this LogOptions options)
    {
        var wire = new Protos.LogSubscriptionOptions
        {
            Follow = options.Follow,
            Tail = options.Tail is { } lines ? -1L - lines : 0,
            Since = options.Since.ToWire(),
        };
        if (options.Stdout)
        {
            wire.Streams.Add(Protos.LogStream.Stdout);
        }

        if (options.Stderr)
        {
            wire.Streams.Add(Protos.LogStream.Stderr);
        }

        // An empty list would ask for both.
        if (wire.Streams.Count == 0)
        {
            wire.Streams.Add(Protos.LogStream.Unknown);
        }

        return wire;
    }

    public static LogOptions ToRecord(this Protos.LogSubscriptionOptions wire) => new()
    {
        Stdout = wire.Streams.Count == 0 || wire.Streams.Contains(Protos.LogStream.Stdout),
        Stderr = wire.Streams.Count == 0 || wire.Streams.Contains(Protos.LogStream.Stderr),
        Follow = wire.Follow,
        Tail = wire.Tail switch
        {
            0 => null,
            < 0 and >= -1L - int.MaxValue => (int)(-1 - wire.Tail),
            _ => throw WireErrors.OutOfRange("tail of a log", wire.Tail),
        },
        Since = wire.Since.ToOptionalTime(),
    };

    public static Protos.PublishLogsMessage ToWire(
        this IReadOnlyList<TaskLogLine> lines,
        string subscriptionId,
        bool close)
    {
        var wire = new Protos.PublishLogsMessage { SubscriptionId = subscriptionId, Close = close };
        foreach (var line in lines)
        {
            wire.Messages.Add(line.ToWire());
        }

        return wire;
    }

    public static Protos.LogMessage ToWire(this TaskLogLine line)
    {
        var wire = new Protos.LogMessage
        {
            Context = new()
            {
                ServiceId = line.ServiceId.ToString(),
                NodeId = line.NodeId.ToString(),
                TaskId = line.TaskId.ToString(),
            },
            Timestamp = line.Line.Timestamp.ToWire(),
            Stream = (Protos.LogStream)line.Line.Stream,

            // The reader of a log gives its lines away and does not write over them.
            Data = UnsafeByteOperations.UnsafeWrap(line.Line.Data),
        };
        wire.Attrs.Fill(line.Line.Attributes, a => new Protos.LogAttr { Key = a.Key, Value = a.Value });
        return wire;
    }

    public static TaskLogLine ToRecord(this Protos.LogMessage wire)
    {
        var context = wire.Context ?? new();
        return new(
            context.ServiceId.Length == 0 ? default : new(context.ServiceId),
            context.TaskId.Length == 0 ? default : new(context.TaskId),
            context.NodeId.Length == 0 ? default : new(context.NodeId),
            new(
                (LogStream)wire.Stream,
                wire.Timestamp.ToTime(),
                wire.Data.Memory,
                wire.Attrs.ToList(attribute => new LogAttribute(attribute.Key, attribute.Value))));
    }
}
