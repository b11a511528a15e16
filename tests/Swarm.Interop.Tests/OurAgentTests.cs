using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <summary>Docker manages, our daemon works with its process executor.</summary>
[Collection(Engines.Collection)]
[Trait("Category", Peers.OurJoin)]
public sealed class OurAgentTests(OurAgentSwarm swarm) : AgentScenarios, IClassFixture<OurAgentSwarm>
{
    private protected override SwarmUnderTest? FindSwarm() => swarm.Swarm;

    private protected override Peer Worker => swarm.Worker!;

    private protected override async Task OrSkipAsync()
    {
        await Requirements.OrSkipAsync();
        Peers.OrSkip();
    }
}

/// <summary>Two Docker Engines and our daemon as the worker to look at.</summary>
public sealed class OurAgentSwarm(Engines engines) : IAsyncLifetime
{
    internal SwarmUnderTest? Swarm { get; private set; }

    internal Peer? Worker { get; private set; }

    public async Task InitializeAsync()
    {
        if (Peers.OursCanJoin && await Requirements.MissingAsync() is null)
        {
            Worker = await engines.OursAsync(0);
            Swarm = new SwarmUnderTest(engines.Docker[0], [.. engines.Docker.Take(2)], Worker);
        }
    }

    public Task DisposeAsync() => Swarm?.DissolveAsync() ?? Task.CompletedTask;
}
