using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Swarm.Execution;
using Swarm.Hosting.Tests.Nodes;
using Swarm.Scheduling;

namespace Swarm.Hosting.Tests.DependencyInjection;

public class ExtensionPointTests
{
    [Fact]
    public async Task A_custom_executor_is_taken_from_the_services_or_made_with_them()
    {
        await using var swarm = await SwarmHostUnderTest.StartAsync(services =>
        {
            services.AddSingleton(new Greeting("made-from-services"));
            services.AddSwarmManager().UseExecutor<GreetingExecutor>();
            services.AddSwarmWorker().UseInMemoryExecutor();
        });

        Assert.Contains(await swarm.NodesAsync(), node => node.Description!.Hostname == "made-from-services");
        var service = await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("web", 4));
        await swarm.RunAsync(service.Id, 4);
    }

    [Fact]
    public async Task An_executor_registered_as_a_service_is_used_itself()
    {
        var executor = new GreetingExecutor(new Greeting("registered"));
        await using var swarm = await SwarmHostUnderTest.StartAsync(services =>
        {
            services.AddSingleton(executor);
            services.AddSwarmManager().UseExecutor<GreetingExecutor>();
        });
        var service = await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("web", 2));
        await swarm.RunAsync(service.Id, 2);
        Assert.Equal(2, executor.Controllers);
    }

    [Fact]
    public async Task A_custom_filter_says_where_tasks_go_and_why_not()
    {
        await using var swarm = await SwarmHostUnderTest.StartAsync(services =>
        {
            services.AddSwarmManager().UseInMemoryExecutor().AddSchedulingFilter<OnlyWorkers>();
            services.AddSwarmWorker().UseInMemoryExecutor();
        });
        var service = await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("web", 3));
        await swarm.RunAsync(service.Id, 3);
        var worker = (await swarm.NodesAsync()).Single(node => node.Role == NodeRole.Worker);
        Assert.All(await swarm.TasksAsync(service.Id), task => Assert.Equal(worker.Id, task.NodeId));

        await swarm.Client.Nodes.UpdateAsync(
            worker.Id, worker.Version, worker.Spec with { Availability = NodeAvailability.Pause });
        var waiting = await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("waiting"));
        await swarm.TasksBecomeAsync(waiting.Id, tasks => tasks.Exists(task =>
            task.Status.Error.Contains("managers are busy", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_custom_scorer_chooses_among_equals()
    {
        await using var swarm = await SwarmHostUnderTest.StartAsync(services =>
        {
            services.AddSwarmManager().UseInMemoryExecutor().AddSchedulingScorer<PrefersThird>();
            services.AddSwarmWorker().UseInMemoryExecutor();
            services.AddSwarmWorker().UseInMemoryExecutor();
            services.AddSwarmWorker().UseInMemoryExecutor();
        });
        var service = await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("web"));
        await swarm.RunAsync(service.Id, 1);
        var task = Assert.Single(await swarm.TasksAsync(service.Id));
        var node = await swarm.Client.Nodes.FindAsync(task.NodeId.Value);
        Assert.Equal("worker-3", node.Description!.Hostname);
    }

    private sealed record Greeting(string Text);

    private sealed class GreetingExecutor(Greeting greeting) : IExecutor
    {
        private readonly InMemoryExecutor _tasks = new(TimeProvider.System);
        private int _controllers;

        public int Controllers => _controllers;

        public ValueTask<NodeDescription> DescribeAsync(CancellationToken cancellationToken) =>
            new(_tasks.Description with { Hostname = greeting.Text });

        public ValueTask ConfigureAsync(Node node, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ITaskController CreateController(SwarmTask task, ITaskDependencies dependencies)
        {
            Interlocked.Increment(ref _controllers);
            return _tasks.CreateController(task, dependencies);
        }
    }

    private sealed class OnlyWorkers : ISchedulingFilter, INodePredicate
    {
        public string Name => "only-workers";

        public bool TryBind(SwarmTask task, [NotNullWhen(true)] out INodePredicate? predicate)
        {
            predicate = this;
            return true;
        }

        public bool Admits(NodeView node) => node.Node.Role == NodeRole.Worker;

        public string Explain(int rejectedNodes) => "managers are busy";
    }

    private sealed class PrefersThird : ISchedulingScorer
    {
        public string Name => "third";

        public double Weight => 1;

        public double Score(SwarmTask task, NodeView node) =>
            node.Node.Description?.Hostname == "worker-3" ? 1 : 0;
    }
}
