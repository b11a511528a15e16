using Microsoft.Extensions.DependencyInjection;

namespace Swarm.Hosting.Tests.Nodes;

/// <summary>Executors that throw, hang and block, below a real control plane: nobody else notices.</summary>
public class MisbehavingExecutorTests
{
    public static TheoryData<string> Faults { get; } =
    [
        "create throws", "prepare hangs", "start throws", "wait throws", "remove throws",
    ];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_service_that_misbehaves_harms_no_other_and_can_be_removed(string fault)
    {
        var executor = new FaultyExecutor();
        executor.Script("bad", controller => Break(controller, fault));
        await using var swarm = await StartAsync(executor);

        var bad = await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("bad", 2));
        await swarm.TasksBecomeAsync(bad.Id, tasks => tasks.Exists(task => HasMisbehaved(task, fault)));
        await AssertOthersRunAsync(swarm);

        await swarm.Client.Services.RemoveAsync(bad.Id);
        await swarm.TasksBecomeAsync(bad.Id, tasks => tasks.Count == 0);
        await AssertReadyAsync(swarm);
    }

    [Fact]
    public async Task A_stop_that_hangs_keeps_neither_other_services_nor_the_host()
    {
        var executor = new FaultyExecutor();
        executor.Script("bad", controller => controller.Shutdown = FaultyController.HangAsync);
        await using var swarm = await StartAsync(executor);
        var bad = await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("bad", 2));
        await swarm.RunAsync(bad.Id, 2);

        await swarm.Client.Services.RemoveAsync(bad.Id);
        await AssertOthersRunAsync(swarm);
        var gone = await Assert.ThrowsAsync<SwarmException>(() => swarm.Client.Services.FindAsync("bad"));
        Assert.Equal(SwarmErrorCode.NotFound, gone.Code);

        using var impatience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await swarm.Host.StopAsync(impatience.Token);
        Assert.True(swarm.Node.NodeId.IsEmpty);
    }

    [Fact]
    public async Task A_task_that_blocks_its_thread_keeps_no_other_task_and_no_heartbeat()
    {
        using var released = new ManualResetEventSlim();
        var executor = new FaultyExecutor();
        executor.Script("bad", controller => controller.Start = () =>
        {
            released.Wait(TimeSpan.FromMinutes(2));
            return Task.CompletedTask;
        });
        await using var swarm = await StartAsync(executor);
        var bad = await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("bad", 3));
        await swarm.TasksBecomeAsync(
            bad.Id, tasks => tasks.Count(task => task.Status.State == TaskState.Starting) == 3);

        await AssertOthersRunAsync(swarm);

        released.Set();
        await swarm.RunAsync(bad.Id, 3);
        await swarm.Client.Services.RemoveAsync(bad.Id);
        await swarm.TasksBecomeAsync(bad.Id, tasks => tasks.Count == 0);
    }

    private static void Break(FaultyController controller, string fault)
    {
        Func<Task> throws = () => throw new InvalidOperationException("broken");
        switch (fault)
        {
            case "create throws":
                throw new InvalidOperationException("broken");
            case "prepare hangs":
                controller.Prepare = FaultyController.HangAsync;
                break;
            case "start throws":
                controller.Start = throws;
                break;
            case "wait throws":
                controller.Wait = throws;
                break;
            case "remove throws":
                controller.Remove = throws;
                break;
        }
    }

    private static bool HasMisbehaved(SwarmTask task, string fault) => fault switch
    {
        "create throws" => (task.Status.State, task.Status.Error) == (TaskState.Rejected, "broken"),
        "prepare hangs" => task.Status.State == TaskState.Preparing,
        "start throws" or "wait throws" => (task.Status.State, task.Status.Error) == (TaskState.Failed, "broken"),
        _ => task.Status.State == TaskState.Running,
    };

    private static Task<SwarmHostUnderTest> StartAsync(FaultyExecutor executor) =>
        SwarmHostUnderTest.StartAsync(services =>
        {
            services.AddSingleton(executor);
            services.AddSwarmManager().UseExecutor<FaultyExecutor>();
        });

    private static async Task AssertOthersRunAsync(SwarmHostUnderTest swarm)
    {
        var good = await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("good", 5));
        await swarm.RunAsync(good.Id, 5);
        await AssertReadyAsync(swarm);
    }

    private static async Task AssertReadyAsync(SwarmHostUnderTest swarm) =>
        Assert.Equal(NodeState.Ready, Assert.Single(await swarm.NodesAsync()).Status.State);
}
