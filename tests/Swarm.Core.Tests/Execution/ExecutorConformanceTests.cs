using Swarm.Execution;
using Swarm.Testing.Executors;

namespace Swarm.Core.Tests.Execution;

/// <summary>The executors of this library do what the kit for executors of others demands.</summary>
public sealed class ExecutorConformanceTests
{
    public static TheoryData<string> Checks => [.. ExecutorConformance.Checks];

    [Theory]
    [MemberData(nameof(Checks))]
    public Task The_executor_in_memory_passes(string check)
    {
        var executor = new InMemoryExecutor(TimeProvider.System);
        executor.Script("ends:0", InMemoryBehavior.Exit(0));
        executor.Script("ends:7", InMemoryBehavior.Exit(7));
        executor.Script("writes", InMemoryBehavior.Exit(0) with { Output = ["one", "two"] });
        executor.Script("absent", InMemoryBehavior.Reject("No such image: absent"));
        return ExecutorConformance.RunAsync(check, new ExecutorSubject
        {
            Executor = executor,
            RunsOn = new() { Image = "runs" },
            EndsWith = code => new() { Image = $"ends:{code}" },
            Writes = new() { Image = "writes" },
            CannotRun = new() { Image = "absent" },
        });
    }

    [SkippableTheory]
    [MemberData(nameof(Checks))]
    public async Task The_executor_of_processes_passes(string check)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "processes are run on Linux only");
        var directory = Directory.CreateTempSubdirectory("swarm-conformance-");
        try
        {
            await using var executor = new ProcessExecutor(new() { StateDirectory = directory.FullName });
            await ExecutorConformance.RunAsync(check, new ExecutorSubject
            {
                Executor = executor,
                RunsOn = Shell("trap 'exit 0' TERM; while :; do sleep 0.05; done"),
                EndsWith = code => Shell($"exit {code}"),
                Writes = Shell("echo one; echo two"),
                CannotRun = new() { Image = "absent" },
            });
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task An_executor_that_keeps_its_tasks_running_fails()
    {
        var executor = new InMemoryExecutor(TimeProvider.System);
        executor.Script("runs", InMemoryBehavior.Exit(0));

        var failure = await Assert.ThrowsAsync<ExecutorCheckFailedException>(() => ExecutorConformance.RunAsync(
            "A wait that is cancelled leaves the task as it is",
            new ExecutorSubject
            {
                Executor = executor,
                RunsOn = new() { Image = "runs" },
                EndsWith = _ => new() { Image = "runs" },
            }));

        Assert.Equal("a wait that was cancelled told of an end", failure.Message);
    }

    private static ContainerSpec Shell(string script) =>
        new() { Image = "host", Command = ["/bin/sh", "-c", script], StopGracePeriod = TimeSpan.FromSeconds(5) };
}
