using BenchmarkDotNet.Attributes;

namespace Swarm.Benchmarks.Storage;

/// <summary>One change published and read by everybody whom it concerns.</summary>
[MemoryDiagnoser]
public class ChangeFeedPublish
{
    private FeedWorkload _feed = null!;

    [Params(10, 100, 1_000, 5_000)]
    public int Subscribers { get; set; }

    [Params(FeedScope.Node, FeedScope.Everything)]
    public FeedScope Scope { get; set; }

    [GlobalSetup]
    public void Subscribe() => _feed = new FeedWorkload(Subscribers, Scope);

    [GlobalCleanup]
    public void Verify() => _feed.ExpectNothingLeft();

    [Benchmark]
    public void Publish() => _feed.Publish();
}
