using BenchmarkDotNet.Attributes;
using Swarm.Net.Balancing;

namespace Swarm.Benchmarks.Routing;

/// <summary>A table of 65,537 entries, with weights.</summary>
[MemoryDiagnoser]
public class MaglevBuild
{
    private BackendSlot[] _slots = [];

    [Params(3, 100, 1_000)]
    public int Backends { get; set; }

    [GlobalSetup]
    public void MakeSlots() =>
        _slots = Array.ConvertAll([.. RoutingFixture.Backends(Backends)], backend => new BackendSlot(backend));

    [Benchmark]
    public object Build() => MaglevTable.Build(_slots);
}
