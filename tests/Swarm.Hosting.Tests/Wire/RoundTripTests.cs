using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Swarm.Dispatch;
using Swarm.Execution;
using Swarm.Hosting.Replication;
using Swarm.Hosting.Wire.Mapping;
using Swarm.Storage;
using P = Swarm.Hosting.Wire.Protos;

namespace Swarm.Hosting.Tests.Wire;

/// <summary>No field of the schema is lost on its way through a record, no property on its way through a message.</summary>
public sealed class RoundTripTests
{
    // As many variants as the largest group of alternatives has members.
    private const int Variants = 10;

    // Records that hold other kinds of objects, or bytes that are compared by reference, have tests of their own.
    private static readonly Type[] NotFilled = [typeof(StoreAction), typeof(TaskLogLine)];

    public static TheoryData<string> Messages => [.. Conversions.All.Messages.Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_survives_its_record_with_every_field(string name)
    {
        var type = Conversions.All.Messages.Single(message => message.Name == name);
        var descriptor = (MessageDescriptor)type.GetProperty("Descriptor")!.GetValue(null)!;
        for (var variant = 0; variant < Variants; variant++)
        {
            var message = new MessageFiller(variant).Create(descriptor);
            var returned = Conversions.All.ToMessage(type, Conversions.All.ToRecord(message));
            Assert.Equal(message, returned);
            Assert.Equal(message, descriptor.Parser.ParseFrom(returned.ToByteArray()));
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_record_survives_its_message_with_every_property(string name)
    {
        var (message, record) = Conversions.All.Pairs.Single(pair => pair.Message.Name == name);
        for (var variant = 0; variant < Variants && IsFilled(record); variant++)
        {
            var value = new RecordFiller(variant).Create(record);
            Assert.Equal(value, ThroughMessage(message, value));
        }
    }

    [Fact]
    public void A_record_survives_its_message_whatever_is_absent() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        foreach (var (message, record) in Conversions.All.Pairs.Where(pair => IsFilled(pair.Record)))
        {
            var value = new RecordFiller(0, random).Create(record);
            Assert.Equal(value, ThroughMessage(message, value));
        }
    }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(50));

    [Fact]
    public void Every_object_of_the_store_has_an_action_and_a_place_in_a_snapshot()
    {
        Type[] kinds = [.. typeof(ClusterObject).Assembly.GetTypes()
            .Where(type => type.BaseType == typeof(ClusterObject) && type != typeof(VolumeAssignment))];
        var objects = kinds.Select((kind, i) => (ClusterObject)new RecordFiller(i).Create(kind)).ToArray();
        Assert.Equal(Enum.GetValues<ObjectKind>().Length - 1, objects.Select(o => o.Kind).Distinct().Count());

        foreach (var value in objects)
        {
            StoreAction action = new(ChangeKind.Updated, value);
            Assert.Equal(action, P.StoreAction.Parser.ParseFrom(action.ToWire().ToByteArray()).ToRecord());
        }

        var transaction = new StoreTransaction(ClusterView.Empty, default, default);
        foreach (var value in objects)
        {
            transaction.Apply(new(ChangeKind.Created, value));
        }

        var managers = new P.ClusterSnapshot { Members = { new P.RaftMember { RaftId = 7, NodeId = "n" } }, Removed = { 3 } };
        var written = new MemoryStream();
        StateSnapshot.Write(transaction.ToView(default).InOrderOfNeed(), managers, written);

        written.Position = 0;
        var found = new P.ClusterSnapshot();
        Assert.Equal(objects.OrderBy(o => o.Kind), StateSnapshot.Read(written, found).OrderBy(o => o.Kind));
        Assert.Equal(managers, found);

        // Whoever decodes it at once, as Docker's managers do, sees the same; and writes it at once.
        var whole = P.Snapshot.Parser.ParseFrom(written.ToArray());
        Assert.Equal(managers, whole.Membership);
        Assert.Equal(
            objects.OrderBy(o => o.Kind),
            StateSnapshot.Read(new MemoryStream(whole.ToByteArray()), new()).OrderBy(o => o.Kind));
    }

    [Fact]
    public void A_log_line_keeps_its_bytes()
    {
        TaskLogLine line = new(
            new("service"),
            new("task"),
            new("node"),
            new(LogStream.Stderr, DateTimeOffset.UnixEpoch.AddTicks(1), "line\n"u8.ToArray(), [new("a", "b")]));
        var returned = P.LogMessage.Parser.ParseFrom(line.ToWire().ToByteArray()).ToRecord();
        Assert.Equal("line\n"u8.ToArray(), returned.Line.Data.ToArray());
        Assert.Equal(line, returned with { Line = returned.Line with { Data = line.Line.Data } });
    }

    private static bool IsFilled(Type record) => !NotFilled.Contains(record) && record.Namespace!.StartsWith("Swarm", StringComparison.Ordinal);

    private static object ThroughMessage(Type type, object record)
    {
        var message = Conversions.All.ToMessage(type, record);
        var returned = message.Descriptor.Parser.ParseFrom(message.ToByteArray());
        return Conversions.All.ToRecord(returned);
    }
}
