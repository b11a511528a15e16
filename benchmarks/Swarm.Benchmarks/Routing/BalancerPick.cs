using BenchmarkDotNet.Attributes;
using Swarm.Net;
using Swarm.Net.Balancing;

namespace Swarm.Benchmarks.Routing;

/// <summary>One choice, by balancer and number of back ends; clients differ from pick to pick.</summary>
[MemoryDiagnoser]
public class BalancerPick
{
    private readonly PickCursor _cursor = new();
    private PickTable _table = PickTable.Empty;
    private ulong _client;

    [Params(
        BalancerKind.RoundRobin,
        BalancerKind.WeightedRoundRobin,
        BalancerKind.LeastConnections,
        BalancerKind.WeightedLeastConnections,
        BalancerKind.SourceHash,
        BalancerKind.Maglev)]
    public BalancerKind Kind { get; set; }

    [Params(3, 16, 1_000)]
    public int Backends { get; set; }

    [GlobalSetup]
    public void MakeTable()
    {
        var slots = Array.ConvertAll([.. RoutingFixture.Backends(Backends)], backend => new BackendSlot(backend));
        foreach (var slot in slots)
        {
            for (var i = 0; i < slot.Weight; i++)
            {
                slot.Enter();
            }
        }

        _table = PickTable.Create(Kind, slots, _cursor);
    }

    [Benchmark]
    public object? Pick() => _table.Pick(new FlowKey(0, ++_client, (ushort)_client));
}
