using System.Diagnostics;
using Xunit.Abstractions;

namespace Swarm.Testing.Tests.Examples;

public sealed class StartUp(ITestOutputHelper output)
{
    [Fact]
    public async Task A_cluster_starts_with_all_its_nodes_ready()
    {
        for (var i = 1; i <= 20; i++)
        {
            var watch = Stopwatch.StartNew();
            await using var cluster = await SwarmTestCluster.StartAsync(managers: 3, workers: 2, seed: i);
            output.WriteLine($"three managers and two workers: {watch.Elapsed.TotalMilliseconds:0.0} ms");

            var nodes = await cluster.Client.Nodes.ListAsync().ToListAsync();
            Assert.Equal(5, nodes.Count);
            Assert.All(nodes, node => Assert.Equal(NodeState.Ready, node.Status.State));
            Assert.Equal(3, nodes.Count(node => node.ManagerStatus is not null));
        }
    }

    [Fact]
    public async Task Workers_join_while_the_swarm_is_at_work()
    {
        await using var cluster = await SwarmTestCluster.StartAsync(managers: 1);
        await cluster.Client.Services.CreateAsync(Specs.Web(1) with { Name = "everywhere", Mode = new GlobalMode() });
        await cluster.ConvergeAsync();

        var worker = await cluster.AddWorkerAsync();
        await cluster.ConvergeAsync();

        Assert.Single(worker.Running);
    }
}
