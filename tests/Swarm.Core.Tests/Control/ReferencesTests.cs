namespace Swarm.Core.Tests.Control;

public sealed class ReferencesTests : IDisposable
{
    private readonly ControlFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_service_is_found_by_id_then_by_exact_name_then_by_prefix()
    {
        var named = Write("aaa111", "web");
        var other = Write("aaa222", "aaa111x");
        var shadowed = Write("web999", "db");
        var prefixed = Write("bbb333", "aaa");

        Assert.Equal(named.Id, (await FindAsync("aaa111")).Id);
        Assert.Equal(named.Id, (await FindAsync("web")).Id);
        Assert.Equal(prefixed.Id, (await FindAsync("aaa")).Id);
        Assert.Equal(other.Id, (await FindAsync("aaa2")).Id);
        Assert.Equal(shadowed.Id, (await FindAsync("web9")).Id);
    }

    [Theory]
    [InlineData("nosuch", SwarmErrorCode.NotFound, "service nosuch not found")]
    [InlineData("WEB", SwarmErrorCode.NotFound, "service WEB not found")]
    [InlineData("aa", SwarmErrorCode.InvalidArgument, "service aa is ambiguous (2 matches found)")]
    [InlineData("", SwarmErrorCode.InvalidArgument, "invalid argument")]
    public async Task Other_references_are_refused(string reference, SwarmErrorCode code, string text)
    {
        Write("aaa111", "web");
        Write("aaa222", "db");

        await ServiceOperationsTests.AssertRefusedAsync(() => FindAsync(reference), code, text);
    }

    [Fact]
    public async Task Nodes_may_share_a_host_name_and_are_then_ambiguous()
    {
        _fixture.WriteNode(NodeRole.Worker, hostname: "twin");
        _fixture.WriteNode(NodeRole.Worker, hostname: "twin");
        var single = _fixture.WriteNode(NodeRole.Worker, hostname: "single");

        Assert.Equal(single.Id, (await _fixture.Client.Nodes.FindAsync("single")).Id);
        await ServiceOperationsTests.AssertRefusedAsync(
            () => _fixture.Client.Nodes.FindAsync("twin"),
            SwarmErrorCode.InvalidArgument,
            "node twin is ambiguous (2 matches found)");
    }

    [Fact]
    public async Task A_task_is_found_by_its_name()
    {
        var service = Write("aaa111", "web");
        var task = _fixture.Write(_fixture.NewTask(service, slot: 3));
        var tasks = _fixture.Client.Tasks;

        Assert.Equal(task.Id, (await tasks.FindAsync($"web.3.{task.Id}")).Id);
        Assert.Equal(task.Id, (await tasks.FindAsync(task.Key)).Id);
        Assert.Equal(task.Id, (await tasks.FindAsync(task.Key[..5])).Id);
        await ServiceOperationsTests.AssertRefusedAsync(
            () => tasks.FindAsync($"web.4.{task.Id}"),
            SwarmErrorCode.NotFound,
            $"task web.4.{task.Id} not found");
    }

    [Fact]
    public async Task Output_is_read_of_services_and_tasks_that_exist()
    {
        var service = Write("aaa111", "web");
        var task = _fixture.Write(_fixture.NewTask(service));
        var client = _fixture.Client;

        Assert.Equal(service.Id, (await client.Services.ReadLogsAsync(service.Id).SingleAsync()).ServiceId);
        Assert.Equal(task.Id, (await client.Tasks.ReadLogsAsync(task.Id).SingleAsync()).TaskId);
        Assert.Throws<SwarmException>(() => client.Services.ReadLogsAsync(new("nosuch")));
        Assert.Throws<SwarmException>(() => client.Tasks.ReadLogsAsync(new("nosuch")));
    }

    [Fact]
    public async Task Tasks_are_listed_by_everything_asked_for()
    {
        var service = await _fixture.Client.Services.CreateAsync(ControlFixture.Spec());
        var current = _fixture.Write(_fixture.NewTask(service) with { NodeId = new("n1") });
        var outdated = _fixture.Write(_fixture.NewTask(service, slot: 2) with
        {
            NodeId = new("n1"),
            Spec = new() { ForceUpdate = 1 },
        });
        var old = _fixture.Write(_fixture.NewTask(service, slot: 3) with { DesiredState = TaskState.Shutdown });
        var alone = _fixture.Write(_fixture.NewTask(service) with { ServiceId = default });

        await AssertListedAsync(null, current, outdated, old, alone);
        await AssertListedAsync(new(ServiceId: service.Id), current, outdated, old);
        await AssertListedAsync(new(NodeId: new("n1")), current, outdated);
        await AssertListedAsync(new(DesiredState: TaskState.Shutdown), old);
        await AssertListedAsync(new(UpToDate: true), current, old);
        await AssertListedAsync(new(UpToDate: false), outdated);
        await AssertListedAsync(new(service.Id, new("n1"), TaskState.Running, true), current);
        await AssertListedAsync(new(ServiceId: new("nosuch")));
    }

    private async Task AssertListedAsync(TaskQuery? query, params SwarmTask[] expected)
    {
        var listed = new List<TaskId>();
        await foreach (var task in _fixture.Client.Tasks.ListAsync(query))
        {
            listed.Add(task.Id);
        }

        Assert.Equal(expected.Select(task => task.Id).Order(Comparer), listed.Order(Comparer));
    }

    private static Comparer<TaskId> Comparer { get; } =
        Comparer<TaskId>.Create((left, right) => string.CompareOrdinal(left.Value, right.Value));

    private Service Write(string id, string name) =>
        _fixture.Write(new Service { Id = new(id), Spec = ControlFixture.Spec(name) });

    private Task<Service> FindAsync(string reference) => _fixture.Client.Services.FindAsync(reference);
}
