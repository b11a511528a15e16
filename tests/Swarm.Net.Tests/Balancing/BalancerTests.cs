using System.Collections.Immutable;
using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Swarm.Net.Balancing;

namespace Swarm.Net.Tests.Balancing;

public sealed class BalancerTests
{
    private const long Second = 1_000;

    public static TheoryData<BalancerKind> Kinds => [.. Enum.GetValues<BalancerKind>()];

    [Fact]
    public void Round_robin_goes_round_in_order()
    {
        var balancer = Balancer(BalancerKind.RoundRobin, Backends(3));

        Assert.Equal([1, 2, 3, 1, 2, 3, 1, 2, 3], Enumerable.Range(0, 9).Select(i => Port(balancer, i)));
    }

    [Fact]
    public void Round_robin_goes_on_where_the_last_table_left_off()
    {
        var balancer = Balancer(BalancerKind.RoundRobin, Backends(3));
        Port(balancer, 0);

        Update(balancer, BalancerKind.RoundRobin, [.. Backends(3), .. Backends(4)[3..]]);

        Assert.Equal(2, Port(balancer, 0));
    }

    [Fact]
    public void Weighted_round_robin_has_the_known_smooth_order()
    {
        var balancer = Balancer(BalancerKind.WeightedRoundRobin, Weighted(5, 1, 1));

        Assert.Equal([1, 1, 2, 1, 3, 1, 1], Enumerable.Range(0, 7).Select(i => Port(balancer, i)));
    }

    [Fact]
    public void Weighted_round_robin_gives_everyone_exactly_its_share_and_no_burst() => Prop.ForAll(
        Weights(12, 40),
        weights =>
        {
            var balancer = Balancer(BalancerKind.WeightedRoundRobin, Weighted(weights));
            var divisor = weights.Aggregate(0, Divisor);
            var total = weights.Sum() / divisor;
            var picks = Enumerable.Range(0, total).Select(i => Port(balancer, i)).ToArray();
            return picks.CountBy(port => port).All(count => count.Value == weights[count.Key - 1] / divisor)
                && (weights.Length == 1 || LongestRun(picks) <= LongestOf(weights));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    // Equals may come one right after the other, and then the heaviest has the time between two turns of one of them.
    private static int LongestOf(int[] weights)
    {
        int[] heaviest = [.. weights.OrderDescending()];
        return (heaviest[0] / heaviest[1]) + 2;
    }

    [Fact]
    public void Weights_too_large_for_one_order_are_scaled_down_and_nobody_is_left_out()
    {
        var balancer = Balancer(BalancerKind.WeightedRoundRobin, Weighted([.. Enumerable.Repeat(65_535, 20), 1]));

        var counts = Enumerable.Range(0, SmoothSequence.MaxLength).CountBy(i => Port(balancer, i)).ToDictionary();

        Assert.Equal(21, counts.Count);
        Assert.InRange(counts[1], 180, 220);
        Assert.InRange(counts[21], 1, 2);
    }

    [Fact]
    public void Least_connections_finds_the_least_loaded_of_few() => Prop.ForAll(
        Weights(32, 20),
        loads =>
        {
            var balancer = Balancer(BalancerKind.LeastConnections, Backends(loads.Length));
            Load(balancer, loads);
            return loads[Port(balancer, 0) - 1] == loads.Min();
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Weighted_least_connections_counts_them_against_weights() => Prop.ForAll(
        Weights(32, 20),
        weights =>
        {
            var balancer = Balancer(BalancerKind.WeightedLeastConnections, Weighted(weights));
            for (var i = 0; i < weights.Sum(); i++)
            {
                balancer.Pick(Client(i), 0)!.Enter();
            }

            // Whoever always gives to the one with the least load per weight ends with just the weights.
            return balancer.Slots.ToArray().All(slot => slot.ActiveConnections == slot.Weight);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    [Fact]
    public void Least_connections_evens_out_many()
    {
        var balancer = Balancer(BalancerKind.LeastConnections, Backends(200));
        for (var i = 0; i < 20_000; i++)
        {
            balancer.Pick(Client(i), 0)!.Enter();
        }

        Assert.All(balancer.Slots.ToArray(), slot => Assert.InRange(slot.ActiveConnections, 90, 110));
    }

    [Fact]
    public void A_source_stays_where_it_is_whatever_its_port()
    {
        var balancer = Balancer(BalancerKind.SourceHash, Backends(50));

        Assert.All(Enumerable.Range(0, 200), i => Assert.Equal(
            balancer.Pick(FlowKey.Of(new IPAddress([10, 0, 0, (byte)i]), 1), 0),
            balancer.Pick(FlowKey.Of(new IPAddress([10, 0, 0, (byte)i]), 60_000), 0)));
        Assert.True(Enumerable.Range(0, 200).Select(i => Port(balancer, i)).Distinct().Count() > 30);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Drained_back_ends_get_nothing_while_others_are_left(BalancerKind kind)
    {
        var backends = Backends(5);
        var balancer = Balancer(kind, backends);
        Update(balancer, kind, [backends[0] with { State = BackendState.Draining }, .. backends[1..]]);

        Assert.DoesNotContain(1, Enumerable.Range(0, 500).Select(i => Port(balancer, i)));

        Update(balancer, kind, [.. backends.Select(backend => backend with { State = BackendState.Draining })]);
        Assert.Equal(5, Enumerable.Range(0, 500).Select(i => Port(balancer, i)).Distinct().Count());

        Update(balancer, kind, []);
        Assert.Null(balancer.Pick(Client(1), 0));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_back_end_gets_something_and_picks_allocate_nothing(BalancerKind kind)
    {
        var balancer = Balancer(kind, Backends(40));
        var seen = new HashSet<int>();
        for (var i = 0; i < 5_000; i++)
        {
            var slot = balancer.Pick(Client(i), 0)!;
            slot.Enter();
            seen.Add(slot.Backend.Port);
        }

        Assert.Equal(40, seen.Count);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            balancer.Pick(new FlowKey(0, (ulong)i, 7), 0);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Counters_outlive_updates_and_first_drain_deadlines_hold()
    {
        var backends = Backends(3);
        var balancer = Balancer(BalancerKind.RoundRobin, backends);
        var slot = balancer.Slots[1];
        slot.Enter();

        Update(balancer, BalancerKind.LeastConnections, [backends[2], backends[1], backends[0]], deadline: 5);
        Assert.Same(slot, balancer.Slots[1]);
        Update(balancer, BalancerKind.LeastConnections, [backends[0]], deadline: 7);

        Assert.Equal((1L, 7L, false), (slot.ActiveConnections, slot.DrainDeadline, slot.IsActive));
    }

    [Fact]
    public void A_client_with_affinity_comes_back_until_its_time_is_over_or_its_back_end_drains()
    {
        var backends = Backends(4);
        var balancer = new ServerBalancer();
        var server = Server(BalancerKind.RoundRobin, backends) with { Affinity = TimeSpan.FromSeconds(10) };
        balancer.Update(server, 0, Second);

        var first = balancer.Pick(Client(1), 0)!;
        Assert.Same(first, balancer.Pick(Client(1), 9 * Second));
        Assert.Same(first, balancer.Pick(Client(1), 18 * Second));
        Assert.NotSame(first, balancer.Pick(Client(1), 29 * Second));

        var second = balancer.Pick(Client(1), 30 * Second)!;
        balancer.Update(
            server with
            {
                Backends = backends.Replace(second.Backend, second.Backend with { State = BackendState.Draining }),
            },
            0,
            Second);
        Assert.NotSame(second, balancer.Pick(Client(1), 31 * Second));
    }

    internal static ImmutableArray<Backend> Backends(int count) =>
        [.. Enumerable.Range(1, count).Select(i => new Backend(IPAddress.Loopback, i))];

    internal static ServerBalancer Balancer(BalancerKind kind, ImmutableArray<Backend> backends)
    {
        var balancer = new ServerBalancer();
        Update(balancer, kind, backends);
        return balancer;
    }

    private static void Update(
        ServerBalancer balancer,
        BalancerKind kind,
        ImmutableArray<Backend> backends,
        long deadline = 0) => balancer.Update(Server(kind, backends), deadline, Second);

    private static VirtualServer Server(BalancerKind kind, ImmutableArray<Backend> backends) =>
        new(new Frontend(IPAddress.Loopback, 80), backends) { Balancer = kind };

    private static ImmutableArray<Backend> Weighted(params int[] weights) =>
        [.. weights.Select((weight, i) => new Backend(IPAddress.Loopback, i + 1, weight))];

    private static Arbitrary<int[]> Weights(int most, int largest) => Gen.Choose(1, largest)
        .NonEmptyListOf()
        .Select(weights => weights.Take(most).ToArray())
        .ToArbitrary();

    private static int Port(ServerBalancer balancer, int client) => balancer.Pick(Client(client), 0)!.Backend.Port;

    private static FlowKey Client(int i) => new(0, 0xFFFF_0A00_0000UL + (uint)i, (ushort)(1_024 + i));

    private static void Load(ServerBalancer balancer, int[] loads)
    {
        for (var i = 0; i < loads.Length; i++)
        {
            for (var j = 0; j < loads[i]; j++)
            {
                balancer.Slots[i].Enter();
            }
        }
    }

    private static int LongestRun(int[] picks)
    {
        var (longest, run) = (1, 1);
        for (var i = 1; i < picks.Length; i++)
        {
            run = picks[i] == picks[i - 1] ? run + 1 : 1;
            longest = Math.Max(longest, run);
        }

        return longest;
    }

    private static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);
}
