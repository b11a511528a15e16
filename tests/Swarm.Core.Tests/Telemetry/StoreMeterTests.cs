using System.Diagnostics.Metrics;
using Swarm.Storage;
using Swarm.Telemetry;

namespace Swarm.Core.Tests.Telemetry;

public sealed class StoreMeterTests
{
    [Fact]
    public async Task Delays_rollouts_and_lost_nodes_are_seen_in_the_changes_of_the_store()
    {
        using var metrics = new SwarmMetrics();
        var measured = new List<(string Name, double Value)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == SwarmTelemetry.Name && instrument.Name is
                    "swarm.scheduler.task.delay" or "swarm.rollouts" or "swarm.agent.heartbeat.misses")
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured.Add((instrument.Name, value)));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured.Add((instrument.Name, value)));
        listener.Start();
        using var store = new ClusterStore(new InProcessProposer(), TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var running = new StoreMeter(store, metrics).RunAsync(stop.Token);
        var service = new Service { Id = new ServiceId("service-1"), Spec = new ServiceSpec { Name = "web" } };
        var node = new Node { Id = new NodeId("node-1"), Status = new NodeStatus(NodeState.Ready) };
        var task = new SwarmTask { Id = new TaskId("task-1"), Spec = new TaskSpec(), ServiceId = service.Id };
        await store.UpdateAsync(transaction =>
        {
            transaction.Create(service);
            transaction.Create(node);
            transaction.Create(task);
        });

        await store.UpdateAsync(transaction =>
        {
            var now = transaction.Tasks.Find(task.Id)!;
            transaction.Update(now with
            {
                Status = now.Status with { State = TaskState.Running, Timestamp = now.CreatedAt.AddSeconds(4) },
            });
            transaction.Update(transaction.Services.Find(service.Id.Value)! with
            {
                RolloutStatus = new RolloutStatus(RolloutState.Updating, default, null, ""),
            });
            transaction.Update(transaction.Nodes.Find(node.Id.Value)! with { Status = new NodeStatus(NodeState.Down) });
        });

        // The three measurements follow from one transaction, which the loop takes up at once.
        while (measured.Count < 3)
        {
            await Task.Yield();
        }

        Assert.Contains(("swarm.scheduler.task.delay", 4), measured);
        Assert.Contains(("swarm.rollouts", 1), measured);
        Assert.Contains(("swarm.agent.heartbeat.misses", 1), measured);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
