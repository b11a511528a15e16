using System.Text.Json.Nodes;
using Swarm.Raft.Quorum;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>What majorities agree on, row by row.</summary>
public sealed class QuorumTableTests
{
    public static TheoryData<string> Rows =>
        [.. TestData.Load("quorum_tables.json", "rows").Select(row => row!.ToJsonString())];

    [Fact]
    public void The_table_has_all_its_rows() => Assert.Equal(181, Rows.Count);

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_row_comes_out_as_the_table_says(string text)
    {
        var row = JsonNode.Parse(text)!.AsObject();
        var (incoming, outgoing) = (Ids(row["voters"]!), Ids(row["outgoing"]!));
        if ((string)row["kind"]! == "commit")
        {
            var acked = row["acked"]!.AsObject().ToDictionary(item => ulong.Parse(item.Key), item => (ulong)item.Value!);
            var reached = Math.Min(Reached(incoming, acked), Reached(outgoing, acked));
            Assert.Equal(row["expect"]!.GetValueKind() == System.Text.Json.JsonValueKind.Number
                ? (ulong)row["expect"]!
                : ulong.MaxValue, reached);
        }
        else
        {
            var votes = row["votes"]!.AsObject().ToDictionary(item => ulong.Parse(item.Key), item => (bool)item.Value!);
            var result = QuorumMath.Joint(Tally(incoming, votes), Tally(outgoing, votes));
            Assert.Equal((string)row["expect"]!, result.ToString().ToLowerInvariant());
        }
    }

    [Fact]
    public void A_majority_reaches_what_counting_says()
    {
        var random = new Random(7);
        for (var round = 0; round < 5_000; round++)
        {
            var values = Enumerable.Range(0, random.Next(1, 10)).Select(_ => (ulong)random.Next(0, 12)).ToArray();
            var counted = values.Where(value => values.Count(other => other >= value) > values.Length / 2).Max();
            Assert.Equal(counted, QuorumMath.MajorityReached([.. values]));
        }
    }

    private static ulong[] Ids(JsonNode ids) => [.. ids.AsArray().Select(id => (ulong)id!)];

    private static ulong Reached(ulong[] voters, Dictionary<ulong, ulong> acked) =>
        QuorumMath.MajorityReached([.. voters.Select(id => acked.GetValueOrDefault(id))]);

    private static VoteResult Tally(ulong[] voters, Dictionary<ulong, bool> votes) => QuorumMath.Majority(
        voters.Length,
        voters.Count(id => votes.TryGetValue(id, out var vote) && vote),
        voters.Count(id => votes.TryGetValue(id, out var vote) && !vote));
}
