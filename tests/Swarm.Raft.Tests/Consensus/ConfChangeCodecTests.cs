using FsCheck;
using FsCheck.Fluent;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>Membership changes as bytes.</summary>
public sealed class ConfChangeCodecTests
{
    [Fact]
    public void A_change_of_one_member_has_the_bytes_that_etcd_writes()
    {
        var change = new ConfChange { Id = 5, Type = ConfChangeType.RemoveNode, NodeId = 300, Context = "x"u8.ToArray() };

        // Fields 1 (id), 2 (type), 3 (node id, varint 300 = ac 02), 4 (context).
        Assert.Equal("08-05-10-01-18-AC-02-22-01-78", BitConverter.ToString(ConfChangeCodec.Encode(change)));
    }

    [Fact]
    public void A_change_of_several_members_has_the_bytes_that_etcd_writes()
    {
        var change = new ConfChangeV2
        {
            Transition = ConfChangeTransition.JointExplicit,
            Changes = [new(ConfChangeType.AddLearnerNode, 2), new(ConfChangeType.AddNode, 3)],
        };

        Assert.Equal(
            "08-02-12-04-08-03-10-02-12-04-08-00-10-03", BitConverter.ToString(ConfChangeCodec.Encode(change)));
    }

    [Fact]
    public void Nothing_means_leave_the_joint_configuration()
    {
        Assert.Empty(ConfChangeCodec.Encode(ConfChangeV2.Leave));
        Assert.True(ConfChangeCodec.DecodeConfChangeV2(default).LeavesJoint);
    }

    [Fact]
    public void What_is_encoded_is_decoded_to_the_same() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(ulong Id, int Type, ulong Node, byte[] Context)>(), value =>
        {
            var change = new ConfChange
            {
                Id = value.Id,
                Type = (ConfChangeType)Math.Abs(value.Type % 4),
                NodeId = value.Node,
                Context = value.Context,
            };
            var back = ConfChangeCodec.DecodeConfChange(ConfChangeCodec.Encode(change));
            return back.Id == change.Id && back.Type == change.Type && back.NodeId == change.NodeId
                && back.Context.Span.SequenceEqual(change.Context.Span);
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Random_bytes_are_refused_or_decoded_and_nothing_else()
    {
        var random = new Random(11);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(0, 40)];
            random.NextBytes(bytes);
            var entry = new Entry(1, 1, (EntryType)random.Next(1, 3), bytes);
            if (Record.Exception(() => ConfChangeCodec.Decode(entry)) is { } error)
            {
                Assert.IsType<RaftProtocolException>(error);
            }
        }
    }

    [Fact]
    public void A_group_that_begins_has_one_entry_per_member()
    {
        var (entries, state) = RaftBootstrap.Create([(7, "a"u8.ToArray()), (9, default)]);

        Assert.Equal(new HardState(1, 0, 2), state);
        Assert.Equal([7UL, 9UL], entries.Select(entry => ConfChangeCodec.DecodeConfChange(entry.Data).NodeId));
        var core = Make.Core(3, new MemoryRaftLog(), state, entries);
        core.TakeReady();
        Assert.Equal([7UL, 9UL], core.Membership.Voters);
    }
}
