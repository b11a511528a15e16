using BenchmarkDotNet.Attributes;

namespace Swarm.Benchmarks.Raft;

/// <summary>Entries of 256 bytes, encrypted and flushed to a real disk.</summary>
[MemoryDiagnoser]
public class RaftLogAppend
{
    private RaftLogWorkload _log = null!;

    [Params(1, 16, 256)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Open() => _log = RaftLogWorkload.New(Batch, payload: 256);

    [GlobalCleanup]
    public void Close() => _log.Dispose();

    [Benchmark]
    public void AppendAndSync() => _log.AppendAndSyncForever();
}
