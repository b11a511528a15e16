using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <summary>Docker manages, Docker works: what the scenarios are measured by.</summary>
[Collection(Engines.Collection)]
public sealed class DockerAgentTests(DockerAgentSwarm swarm) : AgentScenarios, IClassFixture<DockerAgentSwarm>
{
    private protected override Task<AgentSwarm?> FindSwarmAsync() => Task.FromResult(swarm.Swarm);

    private protected override Task OrSkipAsync() => Requirements.OrSkipAsync();
}

/// <summary>Two Docker Engines and a third as the worker to look at.</summary>
public sealed class DockerAgentSwarm(Engines engines) : IAsyncLifetime
{
    internal AgentSwarm? Swarm { get; private set; }

    public async Task InitializeAsync()
    {
        if (await Requirements.MissingAsync() is null)
        {
            Swarm = await AgentSwarm.FormAsync(engines, engines.Docker[^1]);
        }
    }

    public Task DisposeAsync() => Swarm?.DissolveAsync() ?? Task.CompletedTask;
}
