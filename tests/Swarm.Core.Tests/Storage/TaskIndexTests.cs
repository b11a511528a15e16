using Swarm.Storage;

namespace Swarm.Core.Tests.Storage;

/// <summary>Random changes against a model that scans: every index must answer as a scan does, at every version.</summary>
public sealed class TaskIndexTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Indexes_agree_with_a_scan_after_random_changes(int seed)
    {
        using var fixture = new StoreFixture(seed: seed);
        var random = new Random(seed);
        var services = Enumerable.Range(0, 4).Select(_ => new ServiceId(fixture.Ids.Next())).ToArray();
        var nodes = Enumerable.Range(0, 5).Select(_ => new NodeId(fixture.Ids.Next())).ToArray();
        var states = Enum.GetValues<TaskState>();
        var old = new List<(ClusterView View, SwarmTask[] Tasks)>();

        for (var round = 0; round < 60; round++)
        {
            await fixture.Store.UpdateAsync(tx =>
            {
                for (var i = 0; i < random.Next(1, 30); i++)
                {
                    ChangeSomething(tx, fixture, random, services, nodes, states);
                }
            });
            var view = fixture.Store.Current;
            old.Add((view, [.. view.Tasks]));
            AssertIndexes(view, services, nodes, states);
        }

        Assert.All(old, snapshot => Assert.Equal(snapshot.Tasks, snapshot.View.Tasks));
    }

    private static void ChangeSomething(
        StoreTransaction tx,
        StoreFixture fixture,
        Random random,
        ServiceId[] services,
        NodeId[] nodes,
        TaskState[] states)
    {
        var candidates = tx.Tasks.OfService(services[random.Next(services.Length)]);
        if (candidates.Count == 0 || random.Next(3) == 0)
        {
            tx.Create(fixture.NewTask(services[random.Next(services.Length)], random.Next(4)));
            return;
        }

        var task = candidates[random.Next(candidates.Count)];
        switch (random.Next(4))
        {
            case 0:
                tx.Remove(task);
                break;
            case 1:
                tx.Update(task with { NodeId = nodes[random.Next(nodes.Length)] });
                break;
            case 2:
                tx.Update(task with { Status = task.Status with { State = states[random.Next(states.Length)] } });
                break;
            default:
                tx.Update(task with { DesiredState = states[random.Next(states.Length)], Slot = random.Next(4) });
                break;
        }
    }

    private static void AssertIndexes(ClusterView view, ServiceId[] services, NodeId[] nodes, TaskState[] states)
    {
        SwarmTask[] all = [.. view.Tasks];
        Assert.Equal(all.Length, view.Tasks.Count);
        Assert.All(all, task => Assert.Same(task, view.Tasks.Find(task.Id)));
        Assert.Equal(all.Select(t => t.Id.Value).Order(StringComparer.Ordinal), all.Select(t => t.Id.Value));
        foreach (var service in services)
        {
            var expected = all.Where(t => t.ServiceId == service)
                .OrderBy(t => t.Slot).ThenBy(t => t.Id.Value, StringComparer.Ordinal).ToArray();
            Assert.Equal(expected, view.Tasks.OfService(service));
            Assert.Equal(expected.Length, view.Tasks.CountOfService(service));
            Assert.Equal(expected.Where(t => t.Slot == 2), view.Tasks.OfSlot(service, 2));
        }

        Assert.All(nodes, node => Assert.Equal(all.Where(t => t.NodeId == node), view.Tasks.OnNode(node)));
        Assert.All(
            states,
            state => Assert.Equal(all.Count(t => t.Status.State == state), view.Tasks.CountInState(state)));
        Assert.All(
            states,
            state => Assert.Equal(all.Where(t => t.DesiredState == state), view.Tasks.WithDesiredState(state)));
    }
}
