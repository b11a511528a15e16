using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Agents;
using Swarm.Dispatch;
using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Core.Tests.Agents;

public class PooledAgentsTests
{
    private const int Tasks = 400;

    [Fact]
    public async Task Agents_and_dispatcher_work_on_many_threads_in_real_time()
    {
        const int nodes = 8;
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
        Agent[] agents = [.. Enumerable.Range(0, nodes).Select(i => NewAgent(dispatcher, i))];
        Task[] loops =
        [
            Task.Run(() => dispatcher.RunAsync(stop.Token)),
            .. agents.Select(agent => Task.Run(() => agent.RunAsync(stop.Token))),
        ];

        await store.BatchAsync([.. Enumerable.Range(0, Tasks)], (transaction, i) => transaction.Create(new SwarmTask
        {
            Id = new TaskId($"t{i:000}"),
            NodeId = new NodeId($"n{i % nodes}"),
            Spec = new TaskSpec(),
            Status = new SwarmTaskStatus { State = TaskState.Assigned },
            DesiredState = TaskState.Running,
        }));
        await UntilAllAreAsync(TaskState.Running, store, agents, loops);

        await store.BatchAsync([.. store.Current.Tasks], (transaction, seen) => transaction.Update(
            transaction.Tasks.Find(seen.Id)! with { DesiredState = TaskState.Shutdown }));
        await UntilAllAreAsync(TaskState.Shutdown, store, agents, loops);

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

    private static async Task UntilAllAreAsync(
        TaskState state, ClusterStore store, IReadOnlyList<Agent> agents, IReadOnlyList<Task> loops)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var changes = store.Watch();
        try
        {
            while (store.Current.Tasks.CountInState(state) != Tasks)
            {
                await changes.WaitAsync(limit.Token);
                while (changes.TryRead(out _))
                {
                    // Only the newest state matters.
                }
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail(Describe(state, store, agents, loops));
        }
    }

    private static string Describe(
        TaskState wanted, ClusterStore store, IReadOnlyList<Agent> agents, IReadOnlyList<Task> loops) =>
        string.Join('\n', [
            $"not all tasks are {wanted}:",
            .. store.Current.Tasks.Where(task => task.Status.State != wanted).Select(task =>
                $"store: {task.Id} of {task.NodeId} is {task.Status.State}, to be {task.DesiredState}"),
            .. agents.SelectMany(agent => agent.Tasks).Where(task => task.Status.State != wanted).Select(task =>
                $"agent: {task.Id} of {task.NodeId} is {task.Status.State}, to be {task.DesiredState}"),
            .. agents.Select(agent => $"agent: has a session: {agent.HasSession}"),
            .. loops.Select(loop => $"loop: {loop.Status} {loop.Exception?.InnerException}"),
        ]);
}
