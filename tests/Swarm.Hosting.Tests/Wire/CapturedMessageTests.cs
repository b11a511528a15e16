using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using P = Swarm.Hosting.Wire.Protos;

namespace Swarm.Hosting.Tests.Wire;

/// <summary>What Docker Engine 20.10 wrote; <c>Captured/README.md</c> says how it was taken.</summary>
public sealed class CapturedMessageTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Folder, "*.bin").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Wire", "Captured");

    [Theory]
    [MemberData(nameof(Files))]
    public void A_captured_message_is_known_to_the_last_byte(string file)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Folder, file));
        var message = Parse(file, bytes);
        Assert.Equal(bytes.Length, message.CalculateSize() + EmptyMapValues(message));
        Assert.Equal(message, message.Descriptor.Parser.ParseFrom(message.ToByteArray()));
        Assert.True(HasNoUnknownField(message), "the schema lacks a field");
        if (EmptyMapValues(message) == 0 && !HasLargeMap(message))
        {
            Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString(message.ToByteArray()));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_captured_message_survives_its_records(string file)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Folder, file));
        foreach (var message in Contents(Parse(file, bytes)))
        {
            var expected = message.Descriptor.Parser.ParseFrom(message.ToByteArray());
            Normalize(expected);
            var returned = Conversions.All.ThroughRecord(message);
            Assert.Equal(expected, returned);
        }
    }

    [Fact]
    public void The_captured_log_holds_actions_on_the_objects_of_a_swarm()
    {
        var actions = Directory.GetFiles(Folder, "StreamRaftMessageRequest.*.bin")
            .SelectMany(file => Contents(Parse(Path.GetFileName(file), File.ReadAllBytes(file))))
            .OfType<P.InternalRaftRequest>()
            .SelectMany(request => request.Action)
            .ToArray();
        P.StoreAction.TargetOneofCase[] expected =
        [
            P.StoreAction.TargetOneofCase.Node, P.StoreAction.TargetOneofCase.Service,
            P.StoreAction.TargetOneofCase.Task, P.StoreAction.TargetOneofCase.Network,
            P.StoreAction.TargetOneofCase.Cluster, P.StoreAction.TargetOneofCase.Secret,
            P.StoreAction.TargetOneofCase.Config,
        ];
        Assert.Equal(expected.Order(), actions.Select(action => action.TargetCase).Distinct().Order());
        Assert.Contains(actions, action => action.Service?.Spec.ReplicatedJob is not null);
        Assert.Contains(actions, action => action.Service?.Spec.GlobalJob is not null);
    }

    private static IMessage Parse(string file, byte[] bytes)
    {
        var name = file[..file.IndexOf('.', StringComparison.Ordinal)];
        var type = typeof(P.Node).Assembly.GetType($"{typeof(P.Node).Namespace}.{name}", throwOnError: true)!;
        return (IMessage)((MessageParser)type.GetProperty("Parser")!.GetValue(null)!).ParseFrom(bytes);
    }

    // A log message holds its entries as bytes.
    private static IEnumerable<IMessage> Contents(IMessage message) => message is P.StreamRaftMessageRequest request
        ? request.Message.Entries
            .Where(entry => entry.Type == P.Raftpb.EntryType.EntryNormal && entry.Data.Length > 0)
            .Select(entry => (IMessage)P.InternalRaftRequest.Parser.ParseFrom(entry.Data))
        : [message];

    private static IEnumerable<IMessage> Parts(IMessage message)
    {
        yield return message;
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder().Where(IsMessage))
        {
            var parts = field.Accessor.GetValue(message) switch
            {
                IMessage part => Parts(part),
                System.Collections.IEnumerable list and not string => list.OfType<IMessage>().SelectMany(Parts),
                _ => [],
            };
            foreach (var part in parts)
            {
                yield return part;
            }
        }
    }

    // Named exception 1: Go writes a map entry's empty value, protobuf for C# leaves it out; both read both. A value
    // that is left out shortens the entry by two bytes.
    private static int EmptyMapValues(IMessage message) => 2 * Maps(message).Sum(map => map.Values.Count(v => v.Length == 0));

    // Named exception 2: Go writes map entries in random order.
    private static bool HasLargeMap(IMessage message) => Maps(message).Any(map => map.Count > 1);

    private static IEnumerable<IDictionary<string, string>> Maps(IMessage message) => Parts(message)
        .SelectMany(part => part.Descriptor.Fields.InFieldNumberOrder()
            .Where(field => field.IsMap)
            .Select(field => field.Accessor.GetValue(part)))
        .OfType<IDictionary<string, string>>();

    // A message without unknown fields prints completely as JSON.
    private static bool HasNoUnknownField(IMessage message) =>
        Parts(message).All(part => part.CalculateSize() == WithoutUnknown(part).CalculateSize());

    private static IMessage WithoutUnknown(IMessage message) =>
        message.Descriptor.Parser.WithDiscardUnknownFields(true).ParseFrom(message.ToByteArray());

    private static void Normalize(IMessage message)
    {
        foreach (var part in Parts(message))
        {
            switch (part)
            {
                // Named exception 3: our clocks count 100 ns.
                case Timestamp time:
                    time.Nanos -= time.Nanos % 100;
                    break;
                case Duration duration:
                    duration.Nanos -= duration.Nanos % 100;
                    break;

                // Named exception 4: an empty list of ports is written as no list.
                case P.TaskStatus { PortStatus.Ports.Count: 0 } status:
                    status.PortStatus = null;
                    break;

                // Named exception 5: a service has a spec version, be it 0.
                case P.Service { SpecVersion: null } service:
                    service.SpecVersion = new();
                    break;
            }
        }
    }

    private static bool IsMessage(FieldDescriptor field) => !field.IsMap && field.FieldType == FieldType.Message;
}
