using Microsoft.Playwright;
using Swarm.Control;
using static Swarm.Dashboard.Tests.Page.PageUnderTest;

namespace Swarm.Dashboard.Tests.Page;

[Collection(BrowserGroup.Name)]
public sealed class PageTests(Browser browser)
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_first_picture_is_that_of_the_snapshot(bool dark)
    {
        var (swarm, tasks) = await Scenes.SmallAsync();
        await using var dashboard = await DashboardUnderTest.StartAsync(swarm);
        await using var page = await browser.OpenAsync(dashboard, dark: dark);

        await Expect(page.Tasks).ToHaveCountAsync(tasks.Count);
        await Expect(page.Page.GetByTestId("node")).ToHaveCountAsync(3);
        await Expect(page.Page.GetByTestId("waiting")).ToContainTextAsync("shop_web.6");
        await Expect(page.Page.GetByTestId("leader")).ToHaveTextAsync("led by node-2");
        await Expect(page.Page.GetByTestId("live")).ToHaveTextAsync("live");
        await Expect(page.Page.GetByTestId("tile-running")).ToContainTextAsync("16");

        // A state is a word, not only a colour.
        await Expect(page.TaskOf(tasks.Single(task => task.Status.State == TaskState.Failed))).ToContainTextAsync("failed");
        await page.PictureAsync($"topology-{(dark ? "dark" : "light")}");
    }

    [SkippableFact]
    public async Task A_task_appears_moves_through_its_states_and_fails()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        var node = await dashboard.Swarm.AddNodeAsync("node-1");
        var service = await dashboard.Swarm.AddServiceAsync("web", 1);
        await using var page = await browser.OpenAsync(dashboard);
        await Expect(page.Page.GetByTestId("node")).ToContainTextAsync("no tasks");

        var task = await dashboard.Swarm.AddTaskAsync(service, 1, null, TaskState.Pending);
        await Expect(page.Page.GetByTestId("waiting")).ToContainTextAsync("web.1");
        await dashboard.Swarm.ChangeAsync(task.Id, old => old with
        {
            NodeId = node.Id,
            Status = old.Status with { State = TaskState.Starting },
        });
        await Expect(page.Page.GetByTestId("waiting")).ToHaveCountAsync(0);
        await Expect(page.Page.GetByTestId("node").Locator("[data-task]")).ToContainTextAsync("starting");
        await dashboard.Swarm.ChangeAsync(task.Id, old => old with
        {
            Status = old.Status with { State = TaskState.Running },
        });
        await Expect(page.TaskOf(task)).ToHaveAttributeAsync("aria-label", "web.1, running");

        await dashboard.Swarm.ChangeAsync(task.Id, old => old with
        {
            DesiredState = TaskState.Shutdown,
            Status = old.Status with { State = TaskState.Failed, Error = "task: non-zero exit (1)" },
        });
        await Expect(page.TaskOf(task)).ToContainTextAsync("failed");
        var next = await dashboard.Swarm.AddTaskAsync(service, 1, node);

        // The one that replaces it takes its place; the past is in the drawer.
        await Expect(page.TaskOf(task)).ToHaveCountAsync(0);
        await page.TaskOf(next).ClickAsync();
        await Expect(page.Page.GetByTestId("history")).ToContainTextAsync("task: non-zero exit (1)");
        await dashboard.Swarm.WriteAsync(transaction => transaction.Remove(transaction.Tasks.Find(next.Id)!));
        await Expect(page.TaskOf(next)).ToHaveCountAsync(0);
    }

    [SkippableFact]
    public async Task A_change_of_the_leader_does_not_interrupt_the_page()
    {
        var (swarm, _) = await Scenes.SmallAsync();
        await using var dashboard = await DashboardUnderTest.StartAsync(swarm);
        await using var page = await browser.OpenAsync(dashboard);
        await Expect(page.Page.GetByTestId("leader")).ToHaveTextAsync("led by node-2");
        var nodes = swarm.Live.Current.Nodes.ToDictionary(node => node.Description!.Hostname);

        swarm.Quorum = QuorumView.None;
        await Expect(page.Page.GetByTestId("leader")).ToHaveTextAsync("no leader");
        swarm.Lead(nodes["node-3"], nodes["node-1"], nodes["node-2"]);
        await Expect(page.Page.GetByTestId("leader")).ToHaveTextAsync("led by node-3");
        await swarm.AddNodeAsync("node-4");
        await Expect(page.Page.GetByTestId("node")).ToHaveCountAsync(4);
        await Expect(page.Page.GetByTestId("live")).ToHaveTextAsync("live");
    }

    [SkippableFact]
    public async Task A_page_comes_back_by_itself_and_goes_on_where_it_was()
    {
        var (swarm, tasks) = await Scenes.SmallAsync();
        await using var dashboard = await DashboardUnderTest.StartAsync(swarm);
        await using var page = await browser.OpenAsync(dashboard);
        await Expect(page.Tasks).ToHaveCountAsync(tasks.Count);
        List<string> requests = [];
        page.Page.Request += (_, request) => requests.Add(request.Url);

        await page.Page.Context.SetOfflineAsync(offline: true);
        await dashboard.StopAsync();
        await Expect(page.Page.GetByTestId("live")).ToHaveTextAsync("reconnecting");
        await swarm.AddNodeAsync("node-4");
        await using var again = await DashboardUnderTest.StartAsync(swarm, endpoint: dashboard.Address.ToString());
        await page.Page.Context.SetOfflineAsync(offline: false);

        await Expect(page.Page.GetByTestId("live")).ToHaveTextAsync("live");
        await Expect(page.Page.GetByTestId("node")).ToHaveCountAsync(4);
        Assert.DoesNotContain(requests, url => url.EndsWith("api/snapshot", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_page_that_missed_too_much_begins_anew()
    {
        var swarm = new FakeSwarm(historyLimit: 3);
        await swarm.AddNodeAsync("node-1");
        await using var dashboard = await DashboardUnderTest.StartAsync(swarm);
        await using var page = await browser.OpenAsync(dashboard);
        await Expect(page.Page.GetByTestId("node")).ToHaveCountAsync(1);

        swarm.State = WindowState.Inactive;
        await Expect(page.Page.GetByTestId("empty")).ToContainTextAsync("in no swarm");
        for (var i = 2; i <= 9; i++)
        {
            await swarm.AddNodeAsync($"node-{i}");
        }

        swarm.State = WindowState.Active;
        await Expect(page.Page.GetByTestId("node")).ToHaveCountAsync(9);
    }

    [SkippableFact]
    public async Task The_filter_is_in_the_address()
    {
        var (swarm, tasks) = await Scenes.SmallAsync();
        await using var dashboard = await DashboardUnderTest.StartAsync(swarm);
        await using var page = await browser.OpenAsync(dashboard, "?q=state:failed");
        await Expect(page.Tasks).ToHaveCountAsync(1);

        await page.Page.Keyboard.PressAsync("/");
        await page.Page.Keyboard.TypeAsync("service:shop_api node-1");
        var count = tasks.Count(task => task.ServiceAnnotations.Name == "shop_api"
            && swarm.Live.Current.Nodes.Find(task.NodeId.ToString())?.Description?.Hostname == "node-1");
        await Expect(page.Tasks).ToHaveCountAsync(count);
        Assert.Contains("q=service%3Ashop_api+node-1", page.Page.Url, StringComparison.Ordinal);

        await page.Page.GetByTestId("filter").FillAsync("nothing like it");
        await Expect(page.Page.GetByTestId("empty")).ToContainTextAsync("Nothing matches");
    }

    [SkippableFact]
    public async Task The_theme_follows_the_system_until_it_is_chosen()
    {
        var (swarm, _) = await Scenes.SmallAsync();
        await using var dashboard = await DashboardUnderTest.StartAsync(swarm);
        await using var page = await browser.OpenAsync(dashboard, dark: true);
        Task<string> BackgroundAsync() =>
            page.Page.EvaluateAsync<string>("getComputedStyle(document.documentElement).backgroundColor");
        var dark = await BackgroundAsync();

        await page.Page.GetByTestId("theme").ClickAsync();
        await Expect(page.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        Assert.NotEqual(dark, await BackgroundAsync());
        await page.Page.ReloadAsync();
        await Expect(page.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        await page.Page.GetByTestId("theme").ClickAsync();
        await Expect(page.Page.Locator("html")).ToHaveCSSAsync("background-color", dark);
    }

    [SkippableFact]
    public async Task Everything_can_be_reached_with_the_keyboard()
    {
        var (swarm, tasks) = await Scenes.SmallAsync();
        swarm.Write(tasks[0], "listening on :8080");
        await using var dashboard = await DashboardUnderTest.StartAsync(swarm);
        await using var page = await browser.OpenAsync(dashboard);
        await Expect(page.Tasks).ToHaveCountAsync(tasks.Count);

        await page.Page.Keyboard.PressAsync("/");
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.Tasks.First).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Tasks.First).Not.ToBeFocusedAsync();
        var label = await page.Page.EvaluateAsync<string>("document.activeElement.getAttribute('aria-label')");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Drawer).ToBeFocusedAsync();
        await Expect(page.Drawer.Locator("h2")).ToHaveTextAsync(label.Split(',')[0]);
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Drawer).ToHaveCountAsync(0);
        await Expect(page.Page.Locator(":focus")).ToHaveAttributeAsync("aria-label", label);

        await page.Page.Keyboard.PressAsync("2");
        await Expect(page.Page.GetByTestId("service")).ToHaveCountAsync(7);
        await page.Page.GoBackAsync();
        await Expect(page.Page.GetByTestId("topology")).ToBeVisibleAsync();
    }

    [SkippableFact]
    public async Task The_drawer_tells_the_reason_the_output_and_the_spec()
    {
        var (swarm, tasks) = await Scenes.SmallAsync();
        var running = tasks.First(task => task.Status.State == TaskState.Running);
        swarm.Write(running, "listening on :8080", "GET / 200 3 ms", "GET /cart 200 11 ms");
        await using var dashboard = await DashboardUnderTest.StartAsync(swarm);
        await using var page = await browser.OpenAsync(dashboard);

        await page.TaskOf(tasks.Single(task => task.Status.State == TaskState.Pending)).ClickAsync();
        await Expect(page.Page.GetByTestId("reason")).ToContainTextAsync("insufficient resources on 3 nodes");
        await page.TaskOf(running).ClickAsync();
        await Expect(page.Page.GetByTestId("logs")).ToContainTextAsync("GET /cart 200 11 ms");
        await Expect(page.Drawer).ToContainTextAsync("PASSWORD = hidden");
        await Expect(page.Drawer).Not.ToContainTextAsync("hunter2");
        await page.PictureAsync("drawer-light");
    }

    [SkippableTheory]
    [InlineData("services")]
    [InlineData("stacks")]
    [InlineData("nodes")]
    [InlineData("networks")]
    [InlineData("events")]
    public async Task Every_view_shows_the_swarm(string view)
    {
        var (swarm, _) = await Scenes.SmallAsync();
        await using var dashboard = await DashboardUnderTest.StartAsync(swarm);
        await using var page = await browser.OpenAsync(dashboard, $"?view={view}", dark: view is "services" or "events");
        if (view == "events")
        {
            await Expect(page.Page.GetByTestId("live")).ToHaveTextAsync("live");
            var service = swarm.Live.Current.Services.First(service => service.Spec.Name == "metrics");
            await swarm.WriteAsync(transaction => transaction.Update(service with
            {
                Spec = service.Spec with { Mode = new ReplicatedMode(3) },
            }));
            await Expect(page.Page.GetByTestId("events")).ToContainTextAsync("replicas 1 → 3");
        }
        else
        {
            var (id, count) = view switch
            {
                "services" => ("service", 7),
                "stacks" => ("stack", 2),
                "nodes" => ("node-row", 3),
                _ => ("network", 1),
            };
            await Expect(page.Page.GetByTestId(id)).ToHaveCountAsync(count);
        }

        if (view == "services")
        {
            await Expect(page.Page.GetByTestId("rollout")).ToContainTextAsync("updating 4/6");
        }

        await page.PictureAsync(view);
    }

    [SkippableFact]
    public async Task Actions_are_there_only_where_they_are_allowed()
    {
        var (swarm, _) = await Scenes.SmallAsync();
        var service = swarm.Live.Current.Services.First(service => service.Spec.Name == "metrics");
        await using (var shown = await DashboardUnderTest.StartAsync(swarm))
        {
            await using var page = await browser.OpenAsync(shown, $"?pick=service/{service.Id}");
            await Expect(page.Drawer).ToContainTextAsync("metrics");
            await Expect(page.Page.GetByTestId("actions")).ToHaveCountAsync(0);
        }

        var (other, _) = await Scenes.SmallAsync();
        service = other.Live.Current.Services.First(service => service.Spec.Name == "metrics");
        await using var dashboard = await DashboardUnderTest.StartAsync(other, options => options.AllowActions = true);
        await using var acting = await browser.OpenAsync(dashboard, $"?pick=service/{service.Id}");
        await acting.Page.GetByLabel("Replicas").FillAsync("4");
        await acting.Page.GetByRole(AriaRole.Button, new() { Name = "Scale" }).ClickAsync();
        await Expect(acting.Drawer).ToContainTextAsync("1/4");
        Assert.Equal(new ReplicatedMode(4), other.Live.Current.Services.Find(service.Id.Value)!.Spec.Mode);
        await acting.PictureAsync("actions");

        // A refusal is said, not swallowed.
        await acting.Page.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await other.WriteAsync(transaction => transaction.Remove(transaction.Services.Find(service.Id.Value)!));
        await Expect(acting.Drawer).ToContainTextAsync("Not there any more");
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hundred_nodes_with_twenty_tasks_each_stay_fluent(bool dark)
    {
        var (swarm, tasks) = await Scenes.LargeAsync();
        await using var dashboard = await DashboardUnderTest.StartAsync(swarm);
        await using var page = await browser.OpenAsync(dashboard, dark: dark);
        await Expect(page.Tasks).ToHaveCountAsync(tasks.Count);
        await Expect(page.Page.GetByTestId("live")).ToHaveTextAsync("live");
        await page.PictureAsync($"large-{(dark ? "dark" : "light")}");

        for (var round = 0; round < 5; round++)
        {
            var message = round;
            SwarmTask[] some = [.. tasks.Where((_, i) => i % 10 == message)];
            await swarm.Live.BatchAsync(some, (transaction, task) => transaction.Update(transaction.Tasks.Find(task.Id)! with
            {
                Status = task.Status with { State = TaskState.Complete },
            }));
            await Expect(page.Page.Locator(".b.k-done")).ToHaveCountAsync(some.Length * (round + 1));
        }

        var batches = await page.Page.EvaluateAsync<double[]>(
            "performance.getEntriesByName('batch', 'measure').map(entry => entry.duration)");
        Assert.NotEmpty(batches);
        var median = batches.Order().ElementAt(batches.Length / 2);
        Console.WriteLine($"batch of {tasks.Count / 10} changes among {tasks.Count} tasks: median {median:0.0} ms, worst {batches.Max():0.0} ms");
    }

    [SkippableFact]
    public async Task A_narrow_screen_shows_all_of_it()
    {
        var (swarm, tasks) = await Scenes.SmallAsync();
        await using var dashboard = await DashboardUnderTest.StartAsync(swarm);
        await using var page = await browser.OpenAsync(dashboard);
        await page.Page.SetViewportSizeAsync(390, 844);
        await Expect(page.Tasks).ToHaveCountAsync(tasks.Count);

        var wider = await page.Page.EvaluateAsync<bool>(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth");

        Assert.False(wider, "the page is wider than the screen");
        await page.PictureAsync("phone");
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Text_stands_out_from_what_is_behind_it(bool dark)
    {
        var (swarm, tasks) = await Scenes.SmallAsync();
        await using var dashboard = await DashboardUnderTest.StartAsync(swarm);
        await using var page = await browser.OpenAsync(dashboard, dark: dark);
        await Expect(page.Tasks).ToHaveCountAsync(tasks.Count);

        var weak = await page.Page.EvaluateAsync<string[]>(Contrast);

        Assert.Empty(weak);
    }

    /// <summary>Texts with a contrast below 4.5, the WCAG's number for normal text.</summary>
    private const string Contrast = """
        (() => {
          const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
          const paint = (colors) => {
            canvas.clearRect(0, 0, 1, 1);
            for (const color of colors) { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); }
            return canvas.getImageData(0, 0, 1, 1).data;
          };
          const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
          const weak = [];
          for (const element of document.querySelectorAll('#app *')) {
            const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
            if (!own || !element.checkVisibility() || element.closest('.sr, .skip')) continue;
            const behind = [];
            for (let e = element; e; e = e.parentElement) behind.unshift(getComputedStyle(e).backgroundColor);
            const back = paint(behind), front = paint([...behind, getComputedStyle(element).color]);
            const [a, b] = [light(back), light(front)].sort((x, y) => y - x);
            const ratio = (a + .05) / (b + .05);
            if (ratio < 4.5) weak.push(`${element.className || element.tagName} "${element.textContent.slice(0, 30)}" ${ratio.toFixed(2)}`);
          }
          return [...new Set(weak)];
        })()
        """;
}
