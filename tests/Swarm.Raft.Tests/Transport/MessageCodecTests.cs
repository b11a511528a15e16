using FsCheck;
using FsCheck.Fluent;
using Swarm.Raft.Consensus;
using Swarm.Raft.Transport;

namespace Swarm.Raft.Tests.Transport;

/// <summary>Messages as bytes.</summary>
public sealed class MessageCodecTests
{
    [Fact]
    public void A_message_has_the_bytes_that_etcd_writes()
    {
        var message = new Message
        {
            Type = MessageType.App,
            To = 2,
            From = 1,
            Term = 5,
            LogTerm = 4,
            Index = 300,
            Entries = new[] { new Entry(5, 301, EntryType.Normal, "x"u8.ToArray()) },
            Commit = 7,
        };

        // Type, to, from, term, log term, index (300 = ac 02), an entry of type, term, index and data, commit.
        Assert.Equal(
            "08-03-10-02-18-01-20-05-28-04-30-AC-02-3A-0A-08-00-10-05-18-AD-02-22-01-78-40-07",
            BitConverter.ToString(Encode(message)));
    }

    [Fact]
    public void What_is_encoded_is_decoded_to_the_same() => Prop.ForAll(Messages.ToArbitrary(), message =>
    {
        var decoded = MessageCodec.Read(Encode(message));
        Assert.Equal(message.Entries.ToArray(), decoded.Entries.ToArray());
        Assert.Equal(message.Context.ToArray(), decoded.Context.ToArray());
        Assert.Equal(
            message with { Entries = default, Context = default },
            decoded with { Entries = default, Context = default });
    }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Bytes_that_are_no_message_are_refused_and_nothing_else_happens() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        bytes =>
        {
            try
            {
                MessageCodec.Read(bytes);
            }
            catch (RaftProtocolException)
            {
                // The only error there is.
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void A_damaged_message_is_another_one_or_refused() => Prop.ForAll(
        Messages.ToArbitrary(),
        ArbMap.Default.ArbFor<uint>(),
        (message, seed) =>
        {
            var bytes = Encode(message);
            var random = new Random((int)seed);
            for (var i = 0; i < 3 && bytes.Length > 0; i++)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }

            try
            {
                MessageCodec.Read(bytes.AsMemory(0, random.Next(bytes.Length + 1)));
            }
            catch (RaftProtocolException)
            {
                // The only error there is.
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    private static Gen<ulong> Numbers => Gen.OneOf(
        Gen.Choose(0, 300).Select(number => (ulong)number),
        ArbMap.Default.GeneratorFor<ulong>(),
        Gen.Constant(ulong.MaxValue));

    private static Gen<byte[]> Bytes => ArbMap.Default.GeneratorFor<byte[]>();

    private static Gen<Message> Messages =>
        from numbers in Numbers.ArrayOf(9)
        from type in Gen.Choose(0, 23)
        from reject in ArbMap.Default.GeneratorFor<bool>()
        from context in Bytes
        from entries in Entries.ArrayOf()
        from snapshot in Snapshots.OrNull()
        select new Message
        {
            Type = (MessageType)type,
            To = numbers[0],
            From = numbers[1],
            Term = numbers[2],
            LogTerm = numbers[3],
            Index = numbers[4],
            Commit = numbers[5],
            RejectHint = numbers[6],
            Incarnation = numbers[7],
            CommitTerm = numbers[8],
            Reject = reject,
            Context = context,
            Entries = entries,
            Snapshot = snapshot,
        };

    private static Gen<Entry> Entries =>
        from term in Numbers
        from index in Numbers
        from type in Gen.Choose(0, 2)
        from data in Bytes
        select new Entry(term, index, (EntryType)type, data);

    private static Gen<Snapshot> Snapshots =>
        from index in Numbers
        from term in Numbers
        from voters in Gen.Choose(1, 9).ArrayOf()
        from learners in Gen.Choose(10, 12).ArrayOf()
        from leaves in ArbMap.Default.GeneratorFor<bool>()
        select new Snapshot
        {
            Metadata = new SnapshotMetadata
            {
                Index = index,
                Term = term,
                ConfState = new ConfState
                {
                    Voters = [.. voters.Select(id => (ulong)id)],
                    Learners = [.. learners.Select(id => (ulong)id)],
                    AutoLeave = leaves,
                },
            },
        };

    private static byte[] Encode(Message message)
    {
        using var buffer = new FrameBuffer();
        MessageCodec.Write(buffer, in message);
        return buffer.Written.ToArray();
    }
}
