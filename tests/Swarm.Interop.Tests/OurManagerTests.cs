using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <summary>Our daemon manages, Docker Engines work.</summary>
[Collection(Engines.Collection)]
[Trait("Category", Peers.OurJoin)]
public sealed class OurManagerTests(OurManagedSwarm swarm) : ManagerScenarios, IClassFixture<OurManagedSwarm>
{
    private protected override TestNetwork Network => swarm.Engines.Network;

    private protected override SwarmUnderTest? FindSwarm() => swarm.Swarm;

    private protected override async Task OrSkipAsync()
    {
        await Requirements.OrSkipAsync();
        Peers.OrSkip();
    }
}

/// <summary>Our manager and three Docker Engines as its workers.</summary>
public sealed class OurManagedSwarm(Engines engines) : IAsyncLifetime
{
    internal Engines Engines => engines;

    internal SwarmUnderTest? Swarm { get; private set; }

    public async Task InitializeAsync()
    {
        if (Peers.OursCanJoin && await Requirements.MissingAsync() is null)
        {
            Swarm = new SwarmUnderTest(await engines.OursAsync(0), engines.Docker);
        }
    }

    public Task DisposeAsync() => Swarm?.DissolveAsync() ?? Task.CompletedTask;
}
