using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Agents;
using Swarm.Core.Tests.Dispatch;
using Swarm.Dispatch;

namespace Swarm.Core.Tests.Agents;

public sealed class AgentCrowdTests
{
    private const int Count = 1_000;

    [Fact]
    public void A_thousand_agents_are_ready_again_soon_after_a_restart_of_the_managers_and_do_not_come_at_once()
    {
        var swarm = new DispatcherFixture();
        var stop = new StopSignal();
        NodeId[] ids = [.. Enumerable.Range(0, Count).Select(i => new NodeId($"n{i:0000}"))];
        swarm.Write(transaction =>
        {
            foreach (var id in ids)
            {
                transaction.Create(new Node { Id = id });
            }
        });
        swarm.Start();
        var running = ids.Select((id, seed) => swarm.Simulation.StartAsync(
            () => NewAgent(swarm, id, seed).RunAsync(stop.Token))).ToArray();
        Assert.True(swarm.Simulation.AdvanceUntil(() => Ready(swarm) == Count, TimeSpan.FromSeconds(30)));

        // Long enough that every agent waits as long as it ever does.
        swarm.Stop();
        swarm.Advance(60);
        swarm.ChangeLeader();
        Assert.Equal(0, Ready(swarm));
        var arrivals = new List<int>();
        for (var second = 0; second < 30 && Ready(swarm) < Count; second++)
        {
            var before = Ready(swarm);
            swarm.Advance(1);
            arrivals.Add(Ready(swarm) - before);
        }

        Assert.Equal(Count, Ready(swarm));
        Assert.All(arrivals, arrived => Assert.InRange(arrived, 0, Count / 4));
        stop.Set();
        swarm.Advance(30);
        Assert.All(running, agent => Assert.True(agent.IsCompletedSuccessfully));
    }

    private static int Ready(DispatcherFixture swarm) =>
        swarm.Store.Current.Nodes.Count(node => node.Status.State == NodeState.Ready);

    private static Agent NewAgent(DispatcherFixture swarm, NodeId id, int seed) => new(
        new FaultyConnection(() => swarm.Dispatcher.Connect(id, $"{id}:1234")),
        new ScriptedExecutor(),
        new AgentOptions { NodeId = id },
        new Random(seed),
        swarm.Simulation.Time,
        NullLogger.Instance);
}
