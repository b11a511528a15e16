using static Swarm.Dashboard.Tests.Page.PageUnderTest;

namespace Swarm.Dashboard.Tests.Page;

/// <summary>The page of one of three real managers, while others come and go.</summary>
[Collection(BrowserGroup.Name)]
public sealed class RealManagersTests(Browser browser) : IDisposable
{
    // A leader that is gone is noticed, and its tasks are started elsewhere.
    private const int Patience = 60_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarm-dashboard-");

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableFact]
    public async Task The_page_of_a_manager_goes_on_when_the_leader_is_gone_and_when_its_own_manager_was_restarted()
    {
        var first = await ManagerUnderTest.StartAsync(_folder.FullName, 1);
        await using var second = await ManagerUnderTest.StartAsync(_folder.FullName, 2, first: first);
        var third = await ManagerUnderTest.StartAsync(_folder.FullName, 3, first: first);
        await third.Swarm.Services.CreateAsync(new ServiceSpec
        {
            Name = "web",
            Mode = new ReplicatedMode(6),
            TaskTemplate = new TaskSpec { Workload = new ContainerSpec { Image = "web:1" } },
        });
        await using var page = await browser.OpenAsync(third.Dashboard);
        var running = page.Page.GetByTestId("tile-running");
        var leader = page.Page.GetByTestId("leader");
        var live = page.Page.GetByTestId("live");
        await Expect(page.Page.GetByTestId("node")).ToHaveCountAsync(3, new() { Timeout = Patience });
        await Expect(running).ToContainTextAsync("6", new() { Timeout = Patience });
        await Expect(leader).ToHaveTextAsync("led by manager-1");

        await first.DisposeAsync();

        await Expect(leader).Not.ToHaveTextAsync("led by manager-1", new() { Timeout = Patience });
        await Expect(leader).ToContainTextAsync("led by manager-", new() { Timeout = Patience });
        await Expect(page.Page.GetByTestId("node").Filter(new() { HasText = "manager-1" }))
            .ToContainTextAsync("down", new() { Timeout = Patience });
        await Expect(live).ToHaveTextAsync("live");

        // Of three managers two are a majority: the first one has to be back before the third one may go.
        await using var again = await ManagerUnderTest.StartAsync(_folder.FullName, 1);
        await Expect(page.Page.GetByTestId("node").Filter(new() { HasText = "down" }))
            .ToHaveCountAsync(0, new() { Timeout = Patience });
        var address = third.Dashboard.ToString();
        await third.DisposeAsync();
        await Expect(live).ToHaveTextAsync("reconnecting", new() { Timeout = Patience });
        await using var back = await ManagerUnderTest.StartAsync(_folder.FullName, 3, address);

        await Expect(live).ToHaveTextAsync("live", new() { Timeout = Patience });
        await Expect(leader).ToContainTextAsync("led by manager-", new() { Timeout = Patience });
        await back.Swarm.Services.CreateAsync(new ServiceSpec
        {
            Name = "api",
            Mode = new ReplicatedMode(2),
            TaskTemplate = new TaskSpec { Workload = new ContainerSpec { Image = "api:1" } },
        });
        await Expect(running).ToContainTextAsync("8", new() { Timeout = Patience });
    }
}
