using System.Runtime.CompilerServices;
using System.Text.Json;
using Swarm.Storage;

namespace Swarm.Core.Tests.Storage;

/// <summary>Holds the hot paths of the store to the committed ceilings of <c>benchmarks/…/ceilings.json</c>.</summary>
public sealed class AllocationCeilingTests : IAsyncLifetime, IDisposable
{
    private const int Tasks = 10_000;

    private readonly StoreFixture _fixture = new();
    private readonly ServiceId _service = new("service");
    private readonly NodeId _node = new("node0000");
    private SwarmTask[] _tasks = [];

    private ClusterStore Store => _fixture.Store;

    public async Task InitializeAsync()
    {
        await Store.BatchAsync(
            Enumerable.Range(1, Tasks).ToArray(),
            (tx, slot) => tx.Create(_fixture.NewTask(_service, slot) with { NodeId = _node }));
        _tasks = [.. Store.Current.Tasks];
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Reading_a_task_allocates_nothing()
    {
        var view = Store.Current;
        Within("store.get", 1_000, i => Assert.NotNull(view.Tasks.Find(_tasks[i].Id)));
        Within("store.current", 1_000, _ => Assert.NotNull(Store.Current));
    }

    [Fact]
    public void Walking_all_tasks_allocates_nothing()
    {
        var view = Store.Current;
        Within("store.enumerate_tasks", 5, _ =>
        {
            foreach (var task in view.Tasks)
            {
                if (task.Slot == 0)
                {
                    Assert.Fail("slots start at 1");
                }
            }
        });
    }

    [Fact]
    public void Updating_a_task_stays_below_its_ceiling()
    {
        Within("store.update_one_task_alone", 500, i => Complete(Store.UpdateAsync(tx => Touch(tx, _tasks[i]))));

        var batch = _tasks[1_000..3_000];
        Within("store.update_one_task_in_batch_by_id", 5, _ => Complete(Store.BatchAsync(batch, Touch)), batch.Length);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(5_000)]
    public void Telling_one_of_many_nodes_does_not_depend_on_how_many_there_are(int subscribers)
    {
        var feed = new ChangeFeed(historyLimit: 10);
        var readers = Enumerable.Range(0, subscribers)
            .Select(i => feed.Subscribe(WatchScope.ForNode(new NodeId($"node{i:0000}")), Store, null, 1_000))
            .ToArray();
        var change = new ObjectChange(ChangeKind.Updated, _tasks[0], _tasks[0], new ObjectVersion(1));
        var transaction = new CommittedTransaction(new ObjectVersion(1), Store, [change]);

        Within("feed.fanout_to_one_of_many", 1_000, _ =>
        {
            feed.Publish(transaction);
            Assert.True(readers[0].TryRead(out var _));
        });
    }

    private static void Touch(StoreTransaction tx, SwarmTask task) => tx.Update(tx.Tasks.Find(task.Id)! with
    {
        Status = new SwarmTaskStatus { State = TaskState.Running, Message = "started" },
    });

    // With the in-process proposer every write ends before the call returns.
    private static void Complete(ValueTask operation)
    {
        Assert.True(operation.IsCompletedSuccessfully);
        operation.GetAwaiter().GetResult();
    }

    private static void Within(string operation, int times, Action<int> run, int unitsPerRun = 1)
    {
        for (var i = 0; i < 3; i++)
        {
            run(i);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < times; i++)
        {
            run(i);
        }

        var perUnit = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)(times * unitsPerRun);
        var ceiling = Ceilings()[operation];
        Assert.True(perUnit <= ceiling, $"{operation}: {perUnit:0.0} B, the ceiling is {ceiling} B");
    }

    private static Dictionary<string, long> Ceilings([CallerFilePath] string thisFile = "")
    {
        var start = File.Exists(thisFile) ? Path.GetDirectoryName(thisFile)! : AppContext.BaseDirectory;
        var folder = new DirectoryInfo(start);
        while (!File.Exists(Path.Combine(folder.FullName, "Swarm.sln")))
        {
            folder = folder.Parent!;
        }

        var path = Path.Combine(folder.FullName, "benchmarks", "Swarm.Benchmarks", "ceilings.json");
        return JsonSerializer.Deserialize<Dictionary<string, long>>(File.ReadAllText(path))!;
    }
}
