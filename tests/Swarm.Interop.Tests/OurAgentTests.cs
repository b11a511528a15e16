using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <summary>Docker manages, our daemon works with its process executor.</summary>
[Collection(Engines.Collection)]
[Trait("Category", Peers.OurJoin)]
public sealed class OurAgentTests(OurAgentSwarm swarm) : AgentScenarios, IClassFixture<OurAgentSwarm>
{
    private protected override Task<AgentSwarm?> FindSwarmAsync() => Task.FromResult(swarm.Swarm);

    private protected override async Task OrSkipAsync()
    {
        await Requirements.OrSkipAsync();
        Peers.OrSkip();
    }
}

/// <summary>Two Docker Engines and our daemon as the worker to look at.</summary>
public sealed class OurAgentSwarm(Engines engines) : IAsyncLifetime
{
    internal AgentSwarm? Swarm { get; private set; }

    public async Task InitializeAsync()
    {
        if (Peers.OursCanJoin && await Requirements.MissingAsync() is null)
        {
            Swarm = await AgentSwarm.FormAsync(engines, await engines.OursAsync(0));
        }
    }

    public Task DisposeAsync() => Swarm?.DissolveAsync() ?? Task.CompletedTask;
}
