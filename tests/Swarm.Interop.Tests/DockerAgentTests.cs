using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <summary>Docker manages, Docker works: what the scenarios are measured by.</summary>
[Collection(Engines.Collection)]
public sealed class DockerAgentTests(DockerAgentSwarm swarm) : AgentScenarios, IClassFixture<DockerAgentSwarm>
{
    private protected override SwarmUnderTest? FindSwarm() => swarm.Swarm;

    private protected override Peer Worker => swarm.Worker!;

    private protected override Task OrSkipAsync() => Requirements.OrSkipAsync();
}

/// <summary>Two Docker Engines and a third as the worker to look at.</summary>
public sealed class DockerAgentSwarm(Engines engines) : IAsyncLifetime
{
    internal SwarmUnderTest? Swarm { get; private set; }

    internal Peer? Worker { get; private set; }

    public async Task InitializeAsync()
    {
        if (await Requirements.MissingAsync() is null)
        {
            Worker = engines.Docker[^1];
            Swarm = new SwarmUnderTest(engines.Docker[0], [.. engines.Docker.Take(2)], Worker);
        }
    }

    public Task DisposeAsync() => Swarm?.DissolveAsync() ?? Task.CompletedTask;
}
