namespace Swarm.Execution.Processes;

/// <summary>Tasks of earlier processes of the node that neither it nor its managers know any more.</summary>
internal static class Leftovers
{
    /// <summary>Stops and removes them; a directory that another living process uses is left alone.</summary>
    internal static async Task RemoveAsync(
        IReadOnlySet<TaskId> known,
        ProcessRuntime runtime,
        Func<TaskId, ITaskController> adopt,
        CancellationToken cancellationToken)
    {
        foreach (var task in Find(runtime).Where(task => !known.Contains(task)))
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Whoever else runs tasks in this directory is alive, and so is this process for what it has begun itself.
            if (runtime.Records.Load(task) is not { Owner.IsAlive: false })
            {
                continue;
            }

            ExecutorLog.UnknownTask(runtime.Logger, task.ToString());
            await using var controller = adopt(task);
            await controller.ShutdownAsync(cancellationToken);
            await controller.RemoveAsync(cancellationToken);
        }
    }

    private static List<TaskId> Find(ProcessRuntime runtime) =>
        !Directory.Exists(runtime.Options.StateDirectory)
            ? []
            : [.. Directory.EnumerateDirectories(runtime.Options.StateDirectory)
                .Select(directory => Path.GetFileName(directory))
                .Where(name => name.All(char.IsAsciiLetterOrDigit))
                .Order(StringComparer.Ordinal)
                .Select(name => new TaskId(name))];
}
