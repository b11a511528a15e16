using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <summary>Docker manages, Docker works: what the scenarios and this harness are measured by.</summary>
[Collection(Engines.Collection)]
public sealed class DockerManagerTests(DockerManagedSwarm swarm) : ManagerScenarios, IClassFixture<DockerManagedSwarm>
{
    private protected override TestNetwork Network => swarm.Engines.Network;

    private protected override SwarmUnderTest? FindSwarm() => swarm.Swarm;

    private protected override Task OrSkipAsync() => Requirements.OrSkipAsync();
}

/// <summary>Three Docker Engines, the first of them the manager.</summary>
public sealed class DockerManagedSwarm(Engines engines) : IAsyncLifetime
{
    internal Engines Engines => engines;

    internal SwarmUnderTest? Swarm { get; private set; }

    public async Task InitializeAsync()
    {
        if (await Requirements.MissingAsync() is null)
        {
            Swarm = new SwarmUnderTest(engines.Docker[0], engines.Docker);
        }
    }

    public Task DisposeAsync() => Swarm?.DissolveAsync() ?? Task.CompletedTask;
}
