using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Swarm.Net.Balancing;

namespace Swarm.Net.Tests.Balancing;

public sealed class MaglevTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(100)]
    public void Shares_differ_by_less_than_one_percent(int count)
    {
        var shares = Shares(MaglevTable.Build(Slots(count)), count);

        var even = (double)MaglevTable.Size / count;
        Assert.All(shares, share => Assert.InRange(share / even, 0.99, 1.01));
    }

    [Fact]
    public void Shares_follow_weights()
    {
        var slots = Slots(3, weights: [1, 2, 5]);

        var shares = Shares(MaglevTable.Build(slots), 3);

        Assert.All(shares.Zip([1, 2, 5]), pair =>
            Assert.InRange(pair.First / (MaglevTable.Size * pair.Second / 8.0), 0.98, 1.02));
    }

    [Fact]
    public void The_order_of_the_list_does_not_matter() => Prop.ForAll(
        Gen.Shuffle(Enumerable.Range(0, 20).ToArray()).ToArbitrary(),
        order =>
        {
            var slots = Slots(20);
            var shuffled = order.Select(i => slots[i]).ToArray();
            return MaglevTable.Build(slots).Select(i => slots[i])
                .SequenceEqual(MaglevTable.Build(shuffled).Select(i => shuffled[i]));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    public void Few_entries_of_others_move_when_one_goes(int count)
    {
        var slots = Slots(count);
        var before = MaglevTable.Build(slots);
        var rest = slots[1..];
        var after = MaglevTable.Build(rest);

        var moved = Enumerable.Range(0, MaglevTable.Size)
            .Count(i => before[i] != 0 && slots[before[i]] != rest[after[i]]);

        Assert.InRange((double)moved / MaglevTable.Size, 0, 0.02);
    }

    [Fact]
    public void Every_process_makes_the_same_table()
    {
        var slots = Slots(7);
        var table = MaglevTable.Build(slots);

        // Fixed for ever: balancers of different versions must agree.
        var sum = table.Aggregate(0UL, (sum, index) => Hashing.Mix(sum, index));
        Assert.Equal(FixedSum, sum);
    }

    private const ulong FixedSum = 1_258_197_117_289_727_355;

    private static BackendSlot[] Slots(int count, int[]? weights = null) =>
    [
        .. Enumerable.Range(0, count).Select(i => new BackendSlot(
            new Backend(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), 8_080, weights?[i] ?? 1))),
    ];

    private static int[] Shares(ushort[] table, int count)
    {
        var shares = new int[count];
        foreach (var index in table)
        {
            shares[index]++;
        }

        return shares;
    }
}
