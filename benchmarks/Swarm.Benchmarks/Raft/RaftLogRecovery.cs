using BenchmarkDotNet.Attributes;

namespace Swarm.Benchmarks.Raft;

/// <summary>A log of a million entries of 64 bytes is opened: every record is read, checked and authenticated.</summary>
[MemoryDiagnoser]
public class RaftLogRecovery
{
    private const int Entries = 1_000_000;
    private const int Batch = 1_000;

    private RaftLogWorkload _log = null!;

    [GlobalSetup]
    public void Fill()
    {
        _log = RaftLogWorkload.New(Batch, payload: 64);
        for (var i = 0; i < Entries / Batch; i++)
        {
            _log.AppendAndSync();
        }
    }

    [GlobalCleanup]
    public void Close() => _log.Dispose();

    [Benchmark]
    public ulong Open() => _log.Reopen();
}
