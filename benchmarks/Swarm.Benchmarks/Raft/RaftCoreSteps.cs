using BenchmarkDotNet.Attributes;
using Swarm.Raft.Consensus;

namespace Swarm.Benchmarks.Raft;

/// <summary>Single messages that change nothing, and one round of a read.</summary>
[MemoryDiagnoser]
public class RaftCoreSteps
{
    private readonly byte[] _name = "read"u8.ToArray();
    private RaftGroup _group = null!;
    private Message _answer;

    [GlobalSetup]
    public void Elect()
    {
        _group = new RaftGroup(3, 1, payload: 256);
        _group.ProposeAndCommit();
        _answer = new Message
        {
            Type = MessageType.AppResp,
            From = 2,
            To = 1,
            Term = _group.Leader.Term,
            Index = _group.Leader.LastIndex,
        };
    }

    [Benchmark]
    public StepStatus RepeatedAppendAnswer() => _group.Leader.Step(_answer);

    [Benchmark]
    public void ReadRound() => _group.Read(_name);
}
