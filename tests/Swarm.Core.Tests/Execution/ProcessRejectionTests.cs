using Swarm.Execution;

namespace Swarm.Core.Tests.Execution;

public sealed class ProcessRejectionTests
{
    [SkippableTheory]
    [InlineData("web:1", "No such image: web:1")]
    [InlineData("web:1@sha256:00", "No such image: web:1@sha256:00")]
    [InlineData("hosts", "No such image: hosts")]
    public Task Scenario_078_an_unknown_image_is_rejected(string image, string error) =>
        RejectsAsync(new() { Image = image, Args = ["true"] }, error);

    [SkippableFact]
    public Task A_task_without_a_command_is_rejected() =>
        RejectsAsync(new() { Image = "host:latest" }, "no command specified");

    [SkippableFact]
    public Task A_missing_working_directory_is_rejected() => RejectsAsync(
        new() { Image = "host", Args = ["true"], WorkingDirectory = "/no/such" },
        "the working directory '/no/such' does not exist on this node");

    [SkippableFact]
    public Task An_unknown_user_is_rejected() => RejectsAsync(
        new() { Image = "host", Args = ["true"], User = "no-such-user" },
        "unable to find user no-such-user: no matching entries in passwd file");

    [SkippableFact]
    public Task An_unknown_signal_is_rejected() => RejectsAsync(
        new() { Image = "host", Args = ["true"], StopSignal = "SIGNOPE" },
        "invalid signal: SIGNOPE");

    [SkippableFact]
    public Task A_missing_bind_source_is_rejected() => RejectsAsync(
        new() { Image = "host", Args = ["true"], Mounts = [new() { Source = "/no/such", Target = "/no/such" }] },
        "invalid mount config for type \"bind\": bind source path does not exist: /no/such");

    [SkippableFact]
    public Task A_mount_that_a_process_cannot_have_is_rejected() => RejectsAsync(
        new()
        {
            Image = "host",
            Args = ["true"],
            Mounts = [new() { Type = MountType.Volume, Source = "data", Target = "/data" }],
        },
        "invalid mount config for type \"volume\": a process cannot have /data mounted; "
        + "only bind mounts with equal source and target work");

    [SkippableFact]
    public Task An_unknown_field_in_a_template_is_rejected() => RejectsAsync(
        new() { Image = "host", Args = ["true"], Environment = [new("A", "{{.Nope}}")] },
        "expanding env failed: expanding env \"A={{.Nope}}\": template: expansion:1:2: executing \"expansion\" "
        + "at <.Nope>: can't evaluate field Nope in type *template.Context");

    [SkippableFact]
    public async Task Scenario_R58_A_process_is_not_let_onto_an_encrypted_network()
    {
        await using var harness = new ProcessHarness();
        var network = new Network
        {
            Id = new("n"),
            Spec = new() { Name = "front", Driver = new("overlay", [KeyValuePair.Create("encrypted", "")]) },
        };
        var controller = harness.Controller(harness.Script("exit 0") with
        {
            Networks = [new() { Network = network, Addresses = ["10.0.1.5/24"] }],
        });

        var rejection = await Assert.ThrowsAsync<TaskRejectedException>(
            () => controller.PrepareAsync(ProcessHarness.Timeout));

        Assert.Equal(
            "network front is encrypted, and this node cannot encrypt what processes send",
            rejection.Message);
    }

    [SkippableTheory]
    [InlineData("no-such-program", "exec: \"no-such-program\": executable file not found in $PATH", 127)]
    [InlineData("/no/such", "exec: \"/no/such\": stat /no/such: no such file or directory", 127)]
    [InlineData("/etc/passwd", "exec: \"/etc/passwd\": permission denied", 126)]
    public async Task A_command_that_cannot_be_run_fails_the_start(string command, string error, int exitCode)
    {
        await using var harness = new ProcessHarness();
        var controller = harness.Controller(harness.NewTask(new() { Image = "host", Command = [command] }));
        await controller.PrepareAsync(ProcessHarness.Timeout);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => controller.StartAsync(ProcessHarness.Timeout));

        Assert.Equal($"starting container failed: {error}", exception.Message);
        Assert.Equal(exitCode, ((IContainerStatusSource)controller).ContainerStatus!.ExitCode);
        Assert.Equal(ContainerState.Exited, Assert.Single(harness.Executor.ListContainers()).State);
    }

    [SkippableFact]
    public async Task Any_image_runs_where_the_node_allows_it()
    {
        await using var harness = new ProcessHarness(options => options.AnyImage = true);

        var exit = await harness.RunAsync(harness.NewTask(new() { Image = "redis:7", Args = ["sh", "-c", "exit 6"] }));

        Assert.Equal(6, exit.ExitCode);
    }

    [SkippableFact]
    public void A_workload_that_is_no_container_is_rejected()
    {
        using var directory = new TemporaryDirectory();
        var executor = new ProcessExecutor(new() { StateDirectory = directory.Path });
        var task = new SwarmTask { Id = new("t"), Spec = new() { Workload = new AttachmentSpec("x") } };

        Assert.Throws<TaskRejectedException>(() => executor.CreateController(task, new MissingDependencies()));
    }

    private static async Task RejectsAsync(ContainerSpec spec, string error)
    {
        await using var harness = new ProcessHarness();
        var controller = harness.Controller(harness.NewTask(spec));

        var exception = await Assert.ThrowsAsync<TaskRejectedException>(
            () => controller.PrepareAsync(ProcessHarness.Timeout));

        Assert.Equal(error, exception.Message);
        Assert.Empty(harness.Executor.ListContainers());
    }

    private sealed class TemporaryDirectory : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("swarm-test-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }

    private sealed class MissingDependencies : ITaskDependencies
    {
        public NodeId NodeId => default;

        public NodeDescription Node { get; } = new();

        public Secret? FindSecret(SecretId id) => null;

        public Config? FindConfig(ConfigId id) => null;
    }
}
