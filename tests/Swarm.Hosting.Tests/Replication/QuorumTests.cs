namespace Swarm.Hosting.Tests.Replication;

/// <summary>Tests with managers of this process, which end with the test.</summary>
public abstract class QuorumTests : IAsyncLifetime
{
    private protected List<ManagerUnderTest> Managers { get; } = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var manager in Managers)
        {
            await manager.DisposeAsync();
        }
    }

    private protected async Task<ManagerUnderTest[]> FormAsync(int count)
    {
        var managers = await ManagerUnderTest.FormAsync(count);
        Managers.AddRange(managers);
        return managers;
    }

    private protected async Task<ManagerUnderTest> AddAsync(string name)
    {
        var manager = await ManagerUnderTest.StartAsync(name);
        Managers.Add(manager);
        return manager;
    }
}
