namespace Swarm.Benchmarks;

/// <summary>The node that every workload uses: ready, 64 processors, 512 GiB, in one of 20 racks and 3 zones.</summary>
internal static class BenchmarkNode
{
    public const long Cpus = 64_000_000_000;
    public const long Memory = 512L << 30;

    public static Node Create(NodeId id, int index) => new()
    {
        Id = id,
        Spec = new NodeSpec
        {
            Name = $"node{index}",
            Labels = [KeyValuePair.Create("rack", $"{index % 20}"), KeyValuePair.Create("zone", $"{index % 3}")],
        },
        Status = new NodeStatus(NodeState.Ready),
        Description = new NodeDescription
        {
            Hostname = $"h{index}",
            Platform = new Platform("x86_64", "linux"),
            Resources = new NodeResources { NanoCpus = Cpus, MemoryBytes = Memory },
            Engine = new EngineDescription { Labels = [KeyValuePair.Create("storage", "ssd")] },
        },
    };
}
