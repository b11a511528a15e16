using Swarm.Hosting.Tests.DockerApi.Support;

namespace Swarm.Hosting.Tests.DockerApi.Tasks;

public sealed class TaskEndpointTests : IAsyncLifetime
{
    private ApiHost _api = null!;

    public async Task InitializeAsync()
    {
        _api = await ApiHost.StartAsync();
        await _api.Store.UpdateAsync(t => t.Create(new Node
        {
            Id = new("node1id"),
            Description = new() { Hostname = "host1" },
        }));
        var web = new ServiceId(await _api.CreateAsync("web"));
        var db = new ServiceId(await _api.CreateAsync("db", ""","Labels":{"tier":"data"}"""));
        await Add("a1", web, "web", 1, TaskState.Running, "i:1", "node1id");
        await Add("a2", web, "web", 2, TaskState.Shutdown, "i:0", "node2id");
        await Add("b1", db, "db", 1, TaskState.Running, "i:1", "node1id");
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Theory]
    [InlineData("{}", "a1", "a2", "b1")]
    [InlineData("""{"service":{"web":true}}""", "a1", "a2")]
    [InlineData("""{"service":{"web":true},"_up-to-date":{"true":true}}""", "a1")]
    [InlineData("""{"service":{"web":true,"db":true},"desired-state":{"running":true}}""", "a1", "b1")]
    [InlineData("""{"node":{"host1":true}}""", "a1", "b1")]
    [InlineData("""{"node":["node1id"],"service":["db"]}""", "b1")]
    [InlineData("""{"desired-state":{"Shutdown":true}}""", "a2")]
    [InlineData("""{"desired-state":{"shutdown":true,"running":true},"name":{"web":true}}""", "a1", "a2")]
    [InlineData("""{"name":{"web.2":true}}""", "a2")]
    [InlineData("""{"name":{"web.1.a1":true}}""", "a1")]
    [InlineData("""{"id":{"b":true}}""", "b1")]
    [InlineData("""{"label":{"tier=data":true}}""", "b1")]
    [InlineData("""{"runtime":{"plugin":true}}""")]
    public async Task Lists_are_filtered(string filter, params string[] ids)
    {
        var list = (await _api.GetAsync("tasks?" + ApiHost.Filter(filter))).AsArray();
        Assert.Equal(ids, list.Select(t => t!["ID"]!.GetValue<string>()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"service":{"nosuch":true}}""", 404, "service nosuch not found")]
    [InlineData("""{"node":{"nosuch":true}}""", 404, "node nosuch not found")]
    [InlineData("""{"zzz":{"x":true}}""", 400, "Invalid filter 'zzz'")]
    [InlineData("""{"desired-state":{"zzz":true}}""", 400, "Invalid desired-state filter: 'zzz'")]
    public async Task Bad_filters_are_told(string filter, int status, string message)
    {
        var (actual, body) = await _api.SendAsync("GET", "tasks?" + ApiHost.Filter(filter));
        Assert.Equal((status, message), (actual, body!["message"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_task_is_found_by_id_and_prefix()
    {
        Assert.Equal("a1", (await _api.GetAsync("tasks/a1"))["ID"]!.GetValue<string>());
        Assert.Equal("b1", (await _api.GetAsync("tasks/b"))["ID"]!.GetValue<string>());
        var (status, body) = await _api.SendAsync("GET", "tasks/nosuch");
        Assert.Equal((404, "task nosuch not found"), (status, body!["message"]!.GetValue<string>()));
        Assert.Equal(
            "task a is ambiguous (2 matches found)",
            (await _api.SendAsync("GET", "tasks/a")).Body!["message"]!.GetValue<string>());
    }

    private async Task Add(
        string id, ServiceId service, string name, int slot, TaskState state, string image, string node) =>
        await _api.AddTaskAsync(new SwarmTask
        {
            Id = new(id),
            ServiceId = service,
            Slot = slot,
            NodeId = new(node),
            ServiceAnnotations = new()
            {
                Name = name,
                Labels = name == "db" ? [KeyValuePair.Create("tier", "data")] : default,
            },
            DesiredState = state,
            Spec = new() { Workload = new ContainerSpec { Image = image } },
        });
}
