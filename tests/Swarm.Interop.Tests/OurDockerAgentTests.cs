using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <summary>Docker manages, our daemon works with its docker executor, on an engine of its own.</summary>
[Collection(Engines.Collection)]
[Trait("Category", Peers.OurJoin)]
public sealed class OurDockerAgentTests(OurDockerAgentSwarm swarm) : AgentScenarios, IClassFixture<OurDockerAgentSwarm>
{
    private protected override SwarmUnderTest? FindSwarm() => swarm.Swarm;

    private protected override Peer Worker => swarm.Worker!;

    private protected override async Task OrSkipAsync()
    {
        await Requirements.OrSkipAsync();
        Peers.OrSkip();
    }
}

/// <summary>Two Docker Engines and our daemon on a third as the worker to look at.</summary>
public sealed class OurDockerAgentSwarm(Engines engines) : IAsyncLifetime
{
    internal SwarmUnderTest? Swarm { get; private set; }

    internal Peer? Worker { get; private set; }

    public async Task InitializeAsync()
    {
        if (Peers.OursCanJoin && await Requirements.MissingAsync() is null)
        {
            Worker = await engines.DockerNodeAsync();
            Swarm = new SwarmUnderTest(engines.Docker[0], [.. engines.Docker.Take(2)], Worker);
        }
    }

    public Task DisposeAsync() => Swarm?.DissolveAsync() ?? Task.CompletedTask;
}
