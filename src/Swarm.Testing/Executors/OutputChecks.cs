using System.Text;
using Swarm.Execution;

namespace Swarm.Testing.Executors;

/// <summary>What tasks write, and what is told of their containers.</summary>
internal static class OutputChecks
{
    private static readonly string[] Expected = ["one", "two"];

    public static async Task TellsContainerAsync(ExecutorRun run)
    {
        var task = await run.StartAsync(run.NewTask(run.Subject.RunsOn));
        if (task is not IContainerStatusSource source)
        {
            return;
        }

        ExecutorRun.Require(
            source.ContainerStatus is { ContainerId.Length: > 0, ExitCode: 0 },
            "a running task has no container to tell of");
    }

    public static async Task KeepsOutputAsync(ExecutorRun run)
    {
        if (await EndedWriterAsync(run) is not { } task)
        {
            return;
        }

        var all = await ReadAsync(task, LogOptions.All, run.Token);
        ExecutorRun.Require(all.SequenceEqual(Expected), $"the output is \"{string.Join('|', all)}\"");
        var last = await ReadAsync(task, new LogOptions { Tail = 1 }, run.Token);
        ExecutorRun.Require(last is ["two"], $"the last line is \"{string.Join('|', last)}\"");
        var other = await ReadAsync(task, new LogOptions { Stdout = false }, run.Token);
        ExecutorRun.Require(other.Count == 0, $"standard error has \"{string.Join('|', other)}\"");
    }

    public static async Task FollowsOutputAsync(ExecutorRun run)
    {
        if (run.Subject.Writes is not { } spec)
        {
            return;
        }

        var task = run.NewTask(spec);
        var controller = run.Control(task);
        if (controller is not ITaskLogSource source)
        {
            return;
        }

        await controller.PrepareAsync(run.Token);
        var reading = ReadAsync(source, new LogOptions { Follow = true }, run.Token);
        await controller.StartAsync(run.Token);
        await controller.WaitAsync(run.Token);
        var lines = await reading.WaitAsync(run.Token);
        ExecutorRun.Require(
            lines.SequenceEqual(Expected), $"the output that was followed is \"{string.Join('|', lines)}\"");
    }

    private static async Task<ITaskLogSource?> EndedWriterAsync(ExecutorRun run)
    {
        if (run.Subject.Writes is not { } spec)
        {
            return null;
        }

        var controller = await run.StartAsync(run.NewTask(spec));
        await controller.WaitAsync(run.Token);
        return controller as ITaskLogSource;
    }

    private static async Task<List<string>> ReadAsync(
        ITaskLogSource source, LogOptions options, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        await foreach (var line in source.ReadLogsAsync(options, cancellationToken))
        {
            lines.Add(Encoding.UTF8.GetString(line.Data.Span).TrimEnd('\n', '\r'));
        }

        return lines;
    }
}
