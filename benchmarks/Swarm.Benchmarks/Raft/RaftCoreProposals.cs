using BenchmarkDotNet.Attributes;

namespace Swarm.Benchmarks.Raft;

/// <summary>Proposals carried to every member of a group, core work only.</summary>
[MemoryDiagnoser]
public class RaftCoreProposals
{
    private RaftGroup _group = null!;

    [Params(1, 3, 5)]
    public int Members { get; set; }

    [Params(1, 64)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Elect() => _group = new RaftGroup(Members, Batch, payload: 256);

    [GlobalCleanup]
    public void Verify() => _group.ExpectAllApplied();

    [Benchmark]
    public ulong ProposeAndCommit() => _group.ProposeAndCommit();
}
