using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Docker.Engine;
using Swarm.Docker.Execution;
using Swarm.Execution;

namespace Swarm.Docker.Tests;

/// <summary>A task's steps and what the engine is asked for, without an engine.</summary>
public sealed class ControllerTests : IAsyncDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;

    private readonly FakeEngine _engine = new();
    private readonly DockerRuntime _runtime;
    private readonly DockerTaskController _controller;

    public ControllerTests()
    {
        _runtime = new(
            _engine,
            new() { StateDirectory = Path.Combine(Path.GetTempPath(), "swarm-docker-none"), DrainDelay = TimeSpan.Zero },
            TimeProvider.System,
            NullLogger.Instance);
        _controller = Control();
    }

    public async ValueTask DisposeAsync()
    {
        await _controller.DisposeAsync();
        _runtime.Dispose();
    }

    [Fact]
    public async Task An_image_is_fetched_and_its_absence_told_by_whoever_makes_the_container()
    {
        _engine.Faults["pull"] = FakeEngine.Refusal(HttpStatusCode.NotFound, "no route to registry");
        _engine.Faults["create"] = FakeEngine.Refusal(HttpStatusCode.NotFound, "No such image: app:1");

        var refusal = await Assert.ThrowsAsync<EngineException>(() => _controller.PrepareAsync(Never));

        Assert.Equal("No such image: app:1", refusal.Message);
        Assert.Equal(["find", "pull app:1 auth", "create web.3.task1"], _engine.Calls);
    }

    [Fact]
    public async Task An_image_named_by_its_digest_is_not_fetched_again()
    {
        var pinned = Control("app@sha256:0123");

        await pinned.PrepareAsync(Never);

        Assert.Equal(["find", "has app@sha256:0123", "create web.3.task1", "find"], _engine.Calls);
    }

    [Fact]
    public async Task What_is_prepared_already_is_left_alone()
    {
        await _controller.PrepareAsync(Never);
        _engine.Calls.Clear();

        await Control().PrepareAsync(Never);

        Assert.Equal(["find"], _engine.Calls);
    }

    [Fact]
    public async Task An_engine_that_does_not_answer_is_asked_again_later()
    {
        _engine.Faults["find"] = new EngineUnreachableException("Cannot connect to the Docker daemon at unix:///x.");

        var fault = await Assert.ThrowsAsync<TransientExecutorException>(() => _controller.PrepareAsync(Never));

        Assert.StartsWith("Cannot connect to the Docker daemon", fault.Message, StringComparison.Ordinal);
        await _controller.PrepareAsync(Never);
    }

    [Fact]
    public async Task A_container_whose_network_went_meanwhile_is_started_again()
    {
        await _controller.PrepareAsync(Never);
        _engine.Faults["start"] = FakeEngine.Refusal(HttpStatusCode.NotFound, "network inner not found");

        await _controller.StartAsync(Never);

        Assert.Equal(2, _engine.Calls.Count(call => call == "start"));
        Assert.Equal(new ContainerStatus("c1", 42, 0), _controller.ContainerStatus);
    }

    [Fact]
    public async Task A_start_that_fails_is_told_in_dockers_words()
    {
        await _controller.PrepareAsync(Never);
        _engine.Faults["start"] = FakeEngine.Refusal(HttpStatusCode.BadRequest, "exec: \"x\": not found");

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => _controller.StartAsync(Never));

        Assert.Equal("starting container failed: exec: \"x\": not found", fault.Message);
    }

    [Fact]
    public async Task A_start_waits_for_health()
    {
        await _controller.PrepareAsync(Never);
        var starting = WithHealthAsync("starting");
        Assert.False(starting.IsCompleted);

        _engine.Become(Running("healthy"));

        await starting;
    }

    [Fact]
    public async Task An_unhealthy_task_is_stopped_once_and_says_why_it_failed()
    {
        _engine.StopCode = 143;
        await _controller.PrepareAsync(Never);
        var starting = WithHealthAsync("starting");

        _engine.Become(Running("unhealthy"));

        var failure = await Assert.ThrowsAsync<TaskFailedException>(() => starting);
        Assert.Equal("task: non-zero exit (143): dockerexec: unhealthy container", failure.Message);
        Assert.Single(_engine.Calls, call => call == "stop");
    }

    [Theory]
    [InlineData(0, false, "")]
    [InlineData(3, false, "task: non-zero exit (3)")]
    [InlineData(137, true, "task: non-zero exit (137): the kernel killed it: out of memory")]
    public async Task The_end_of_a_container_is_the_end_of_its_task(int code, bool outOfMemory, string text)
    {
        await RunAsync();
        var waiting = _controller.WaitAsync(Never);

        _engine.End(code, outOfMemory);

        Assert.Equal(text, (await waiting).Describe());
        Assert.Equal(new ContainerStatus("c1", 0, code), _controller.ContainerStatus);
    }

    [Fact]
    public async Task A_container_that_somebody_removed_has_failed()
    {
        await RunAsync();
        var waiting = _controller.WaitAsync(Never);

        _engine.Vanish();

        Assert.Equal("task: non-zero exit (137)", (await waiting).Describe());
        Assert.Equal(new ContainerStatus("c1", 0, 137), _controller.ContainerStatus);
    }

    [Fact]
    public async Task A_container_that_was_gone_before_anybody_looked_is_no_success()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => _controller.WaitAsync(Never));

        Assert.Equal("dockerexec: container destroyed", fault.Message);
    }

    [Fact]
    public async Task What_never_was_is_stopped_terminated_and_removed()
    {
        await _controller.ShutdownAsync(Never);
        await _controller.TerminateAsync(Never);
        await _controller.RemoveAsync(Never);

        Assert.DoesNotContain("stop", _engine.Calls);
    }

    private static ContainerStateDocument Running(string health) =>
        new() { Status = "running", Running = true, Pid = 42, Health = new() { Status = health } };

    private DockerTaskController Control(string image = "app:1") => new(
        SampleTask.Of(new() { Image = image, RegistryAuth = "auth" }), new SampleTask.Dependencies(), _runtime);

    private async Task RunAsync()
    {
        await _controller.PrepareAsync(Never);
        await _controller.StartAsync(Never);
    }

    // Its container is up when the check has not said anything yet.
    private Task WithHealthAsync(string health)
    {
        _engine.Become(Running(health));
        return _controller.StartAsync(Never);
    }
}
