using System.Text;
using Swarm.Execution;

namespace Swarm.Core.Tests.Execution;

public sealed class InMemoryExecutorTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly SteppedTime _time = new();
    private readonly InMemoryExecutor _executor;

    public InMemoryExecutorTests() => _executor = new(_time);

    [Fact]
    public async Task A_task_without_a_script_runs_until_it_is_stopped()
    {
        var controller = Controller();
        await StartAsync(controller);
        var waiting = controller.WaitAsync(default);
        _time.Advance(TimeSpan.FromDays(365));
        Assert.False(waiting.IsCompleted);
        Assert.Single(_executor.Running);

        await controller.ShutdownAsync(default);

        Assert.Equal(143, (await waiting).ExitCode);
        Assert.Empty(_executor.Running);
    }

    [Theory]
    [InlineData("web")]
    [InlineData("image:1")]
    public async Task A_scripted_task_ends_after_its_time_and_not_before(string name)
    {
        _executor.Script(name, InMemoryBehavior.Exit(7, Minute));
        var controller = Controller();
        await StartAsync(controller);
        var waiting = controller.WaitAsync(default);

        _time.Advance(Minute - TimeSpan.FromTicks(1));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.Equal(new TaskExit(7), await waiting);
    }

    [Fact]
    public async Task The_time_counts_from_the_start_although_nobody_waited()
    {
        _executor.Script("web", InMemoryBehavior.Exit(0, Minute));
        var controller = Controller();
        await StartAsync(controller);

        _time.Advance(2 * Minute);

        Assert.Equal(new TaskExit(0), await controller.WaitAsync(default));
    }

    [Fact]
    public async Task Scenario_078_errors_of_steps_are_what_the_script_says()
    {
        _executor.Script("web", InMemoryBehavior.Reject("No such image: image:1"));
        var rejected = await Assert.ThrowsAsync<TaskRejectedException>(() => Controller("a").PrepareAsync(default));
        Assert.Equal("No such image: image:1", rejected.Message);

        _executor.Script("web", InMemoryBehavior.FailToStart("starting container failed: no"));
        var failed = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(Controller("b")));
        Assert.Equal("starting container failed: no", failed.Message);

        _executor.Script("web", new InMemoryBehavior { TransientFailures = 2 });
        var controller = Controller("c");
        await Assert.ThrowsAsync<TransientExecutorException>(() => controller.PrepareAsync(default));
        await Assert.ThrowsAsync<TransientExecutorException>(() => controller.PrepareAsync(default));
        await StartAsync(controller);
    }

    [Fact]
    public async Task Starting_takes_until_the_task_is_healthy()
    {
        _executor.Script("web", new InMemoryBehavior { HealthyAfter = Minute });
        var controller = Controller();
        await controller.PrepareAsync(default);
        var starting = controller.StartAsync(default);

        _time.Advance(Minute - TimeSpan.FromTicks(1));
        Assert.False(starting.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));

        await starting;
    }

    [Fact]
    public async Task A_task_may_become_unhealthy_before_and_after_it_was_healthy()
    {
        _executor.Script("web", new InMemoryBehavior { HealthyAfter = 2 * Minute, UnhealthyAfter = Minute });
        var before = StartAsync(Controller("a"));
        _time.Advance(Minute);
        var exception = await Assert.ThrowsAsync<TaskFailedException>(() => before);
        Assert.Equal("task: non-zero exit (137): dockerexec: unhealthy container", exception.Message);

        _executor.Script("web", new InMemoryBehavior { UnhealthyAfter = Minute });
        var after = Controller("b");
        await StartAsync(after);
        var waiting = after.WaitAsync(default);
        _time.Advance(Minute);
        Assert.Equal(new TaskExit(137, "dockerexec: unhealthy container"), await waiting);
    }

    [Theory]
    [InlineData(InMemoryStep.Prepare)]
    [InlineData(InMemoryStep.Start)]
    [InlineData(InMemoryStep.Shutdown)]
    [InlineData(InMemoryStep.Remove)]
    public async Task A_step_that_hangs_ends_by_cancellation_only(InMemoryStep step)
    {
        _executor.Script("web", InMemoryBehavior.Hang(step));
        using var cancellation = new CancellationTokenSource();
        var life = LiveAsync(Controller(), cancellation.Token);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.False(life.IsCompleted);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => life);
    }

    [Fact]
    public async Task A_running_task_can_be_crashed()
    {
        var controller = Controller();
        await StartAsync(controller);
        var waiting = controller.WaitAsync(default);

        Assert.True(_executor.Exit(new("task1")));
        Assert.False(_executor.Exit(new("task1")));

        Assert.Equal("task: non-zero exit (137)", (await waiting).Describe());
        Assert.Equal(137, ((IContainerStatusSource)controller).ContainerStatus!.ExitCode);
    }

    [Fact]
    public async Task A_new_controller_finds_the_task_as_the_old_one_left_it()
    {
        await StartAsync(Controller());

        var waiting = Controller().WaitAsync(default);

        Assert.False(waiting.IsCompleted);
        _executor.Exit(new("task1"), 3);
        Assert.Equal(3, (await waiting).ExitCode);
    }

    [Fact]
    public async Task Scripts_may_differ_from_task_to_task()
    {
        var count = 0;
        _executor.Script("web", _ => InMemoryBehavior.Exit(++count));

        Assert.Equal(1, (await RunAsync("a")).ExitCode);
        Assert.Equal(2, (await RunAsync("b")).ExitCode);

        async Task<TaskExit> RunAsync(string id)
        {
            var controller = Controller(id);
            await StartAsync(controller);
            return await controller.WaitAsync(default);
        }
    }

    [Fact]
    public async Task Scripted_output_can_be_read()
    {
        _executor.Script("web", new InMemoryBehavior { Output = ["one", "two"] });
        var controller = Controller();
        Assert.Empty(await LinesAsync(LogOptions.All));
        await StartAsync(controller);

        Assert.Equal(["one\n", "two\n"], await LinesAsync(LogOptions.All));
        Assert.Equal(["two\n"], await LinesAsync(LogOptions.All with { Tail = 1 }));

        async Task<List<string>> LinesAsync(LogOptions options)
        {
            var lines = new List<string>();
            await foreach (var line in ((ITaskLogSource)controller).ReadLogsAsync(options, default))
            {
                lines.Add(Encoding.UTF8.GetString(line.Data.Span));
            }

            return lines;
        }
    }

    private static async Task StartAsync(ITaskController controller)
    {
        await controller.PrepareAsync(default);
        await controller.StartAsync(default);
    }

    private static async Task LiveAsync(ITaskController controller, CancellationToken cancellationToken)
    {
        await controller.PrepareAsync(cancellationToken);
        await controller.StartAsync(cancellationToken);
        await controller.ShutdownAsync(cancellationToken);
        await controller.RemoveAsync(cancellationToken);
    }

    private ITaskController Controller(string id = "task1") => _executor.CreateController(
        new()
        {
            Id = new(id),
            ServiceAnnotations = new() { Name = "web" },
            Spec = new() { Workload = new ContainerSpec { Image = "image:1" } },
        },
        new NoDependencies());

    private sealed class NoDependencies : ITaskDependencies
    {
        public NodeId NodeId => new("node1");

        public NodeDescription Node { get; } = new();

        public Secret? FindSecret(SecretId id) => null;

        public Config? FindConfig(ConfigId id) => null;
    }
}
