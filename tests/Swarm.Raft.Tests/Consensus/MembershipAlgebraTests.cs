using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Swarm.Raft.Consensus;
using Swarm.Raft.Quorum;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>What changes make of a membership.</summary>
public sealed class MembershipAlgebraTests
{
    private static readonly Dictionary<string, ChangeRefusal> Reasons = new()
    {
        ["already joint"] = ChangeRefusal.AlreadyJoint,
        ["not joint"] = ChangeRefusal.NotJoint,
        ["no voters"] = ChangeRefusal.NoVoters,
        ["removed all voters"] = ChangeRefusal.RemovesAllVoters,
        ["needs joint"] = ChangeRefusal.NeedsJoint,
    };

    public static TheoryData<string> Sequences =>
        [.. TestData.Load("config_algebra.json", "sequences").Select(sequence => sequence!.ToJsonString())];

    [Theory]
    [MemberData(nameof(Sequences))]
    public void A_sequence_of_changes_has_the_effects_of_the_table(string text)
    {
        var state = ConfState.Empty;
        foreach (var step in JsonNode.Parse(text)!["steps"]!.AsArray())
        {
            var refusal = Apply(state, step!["change"]!.AsObject(), out var next);
            var expected = step["expect"]!.AsObject();
            if (expected["error"] is { } reason)
            {
                Assert.Equal(Reasons[(string)reason!], refusal);
                Assert.Same(state, next);
                continue;
            }

            Assert.Equal(ChangeRefusal.None, refusal);
            Assert.Equal(Ids(expected["voters"]!), next.Voters);
            Assert.Equal(Ids(expected["outgoing"]!), next.VotersOutgoing);
            Assert.Equal(Ids(expected["learners"]!), next.Learners);
            Assert.Equal(Ids(expected["learners_next"]!), next.LearnersNext);
            Assert.Equal((bool)expected["auto_leave"]!, next.AutoLeave);
            state = next;
        }
    }

    [Fact]
    public void Whatever_is_asked_the_membership_stays_consistent() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var state = new ConfState { Voters = [1, 2, 3] };
            for (var step = 0; step < 40; step++)
            {
                var change = random.Next(5) == 0 ? ConfChangeV2.Leave : new ConfChangeV2
                {
                    Transition = (ConfChangeTransition)random.Next(3),
                    Changes = [.. Enumerable.Range(0, random.Next(4)).Select(_ =>
                        new ConfChangeSingle((ConfChangeType)random.Next(4), (ulong)random.Next(6)))],
                };
                MembershipAlgebra.TryApply(state, change, out state);
                Assert.True(MembershipAlgebra.IsConsistent(state), state.ToString());
            }
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Unknown_operations_and_transitions_are_refused()
    {
        var state = new ConfState { Voters = [1] };
        var operation = new ConfChangeV2 { Changes = [new ConfChangeSingle((ConfChangeType)9, 2)] };
        var transition = new ConfChangeV2 { Transition = (ConfChangeTransition)9 };

        Assert.Equal(ChangeRefusal.UnknownOperation, MembershipAlgebra.TryApply(state, operation, out _));
        Assert.Equal(ChangeRefusal.UnknownOperation, MembershipAlgebra.TryApply(state, transition, out _));
    }

    private static ChangeRefusal Apply(ConfState state, JsonObject change, out ConfState next)
    {
        if ((bool?)change["leave"] == true)
        {
            return MembershipAlgebra.TryLeaveJoint(state, out next);
        }

        var changes = change["ops"]!.AsArray().Select(operation => new ConfChangeSingle(
            (string)operation![0]! switch
            {
                "voter" => ConfChangeType.AddNode,
                "learner" => ConfChangeType.AddLearnerNode,
                "remove" => ConfChangeType.RemoveNode,
                _ => ConfChangeType.UpdateNode,
            },
            (ulong)operation[1]!)).ToList();
        return (string)change["joint"]! == "never"
            ? MembershipAlgebra.TrySimple(state, changes, out next)
            : MembershipAlgebra.TryEnterJoint(state, (string)change["joint"]! == "auto", changes, out next);
    }

    private static MemberSet Ids(JsonNode ids) => MemberSet.Create([.. ids.AsArray().Select(id => (ulong)id!)]);
}
