using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Agents;
using Swarm.Dispatch;
using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Core.Tests.Agents;

public class PooledAgentsTests
{
    [Fact]
    public async Task Agents_and_dispatcher_work_on_many_threads_in_real_time()
    {
        const int nodes = 8;
        const int tasks = 400;
        using var stop = new CancellationTokenSource();
        using var store = new ClusterStore(new InProcessProposer(), TimeProvider.System);
        await store.UpdateAsync(transaction =>
        {
            for (var i = 0; i < nodes; i++)
            {
                transaction.Create(new Node { Id = new NodeId($"n{i}") });
            }
        });
        var dispatcher = new Dispatcher(
            store,
            new RandomIdGenerator(),
            new Random(1),
            TimeProvider.System,
            new DispatcherOptions(),
            NullLogger.Instance);
        var loops = new List<Task> { Task.Run(() => dispatcher.RunAsync(stop.Token)) };
        loops.AddRange(Enumerable.Range(0, nodes).Select(i =>
            Task.Run(() => NewAgent(dispatcher, i).RunAsync(stop.Token))));

        await store.BatchAsync([.. Enumerable.Range(0, tasks)], (transaction, i) => transaction.Create(new SwarmTask
        {
            Id = new TaskId($"t{i:000}"),
            NodeId = new NodeId($"n{i % nodes}"),
            Spec = new TaskSpec(),
            Status = new SwarmTaskStatus { State = TaskState.Assigned },
            DesiredState = TaskState.Running,
        }));
        await UntilAsync(store, view => view.Tasks.CountInState(TaskState.Running) == tasks);

        await store.BatchAsync([.. store.Current.Tasks], (transaction, seen) => transaction.Update(
            transaction.Tasks.Find(seen.Id)! with { DesiredState = TaskState.Shutdown }));
        await UntilAsync(store, view => view.Tasks.CountInState(TaskState.Shutdown) == tasks);

        await stop.CancelAsync();
        await Task.WhenAll(loops);
    }

    private static Agent NewAgent(Dispatcher dispatcher, int number) => new(
        dispatcher.Connect(new NodeId($"n{number}"), ""),
        new ScriptedExecutor(),
        new AgentOptions { NodeId = new NodeId($"n{number}") },
        new Random(number),
        TimeProvider.System,
        NullLogger.Instance);

    private static async Task UntilAsync(ClusterStore store, Func<ClusterView, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var changes = store.Watch();
        while (!condition(store.Current))
        {
            await changes.WaitAsync(limit.Token);
            while (changes.TryRead(out _))
            {
                // Only the newest state matters.
            }
        }
    }
}
