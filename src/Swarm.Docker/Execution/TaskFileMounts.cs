using Swarm.Docker.Engine;
using Swarm.Execution;
using Swarm.Execution.Processes;

namespace Swarm.Docker.Execution;

/// <summary>
/// Secrets and configs of tasks: files of this machine, in memory where it has a file system for that, which
/// containers see at their targets. They are in no image and no layer.
/// </summary>
internal sealed class TaskFileMounts(TaskFileStore store, EngineAddress engine)
{
    /// <summary>Writes the files of a task, also anew.</summary>
    /// <returns>The mounts that show them.</returns>
    /// <exception cref="TaskRejectedException">One is missing, or cannot be delivered.</exception>
    internal IReadOnlyList<MountDocument> Deliver(SwarmTask task, ITaskDependencies dependencies)
    {
        var files = TaskFilePlanner.Plan(task, dependencies);
        if (files.IsEmpty)
        {
            return [];
        }

        try
        {
            if (!engine.IsLocal)
            {
                throw new TaskRejectedException(
                    $"secrets and configs cannot reach the Docker Engine at {engine}: it is on another machine");
            }

            return MountsOf(store.Write(task.Id, files, user: null), files);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            store.Wipe(task.Id);
            throw new TaskRejectedException($"writing secrets and configs failed: {exception.Message}", exception);
        }
        finally
        {
            files.Clear();
        }
    }

    internal void Wipe(TaskId task) => store.Wipe(task);

    /// <summary>Wipes what an earlier life of this node left behind of tasks that have no container.</summary>
    internal void Sweep(IReadOnlySet<string> tasks) => store.Sweep(task => tasks.Contains(task.Value));

    internal void WipeAll() => store.WipeAll();

    // What is to be below the directory of secrets is in that directory already.
    private static List<MountDocument> MountsOf(string directory, TaskFileSet files)
    {
        const string secretsTarget = MountNamespace.SecretsTarget;
        var secrets = TaskFileStore.SecretsIn(directory);
        var configs = TaskFileStore.ConfigsIn(directory);
        var mounts = files.Secrets.Any(file => file.Target is null)
            ? new List<MountDocument> { MountPlanner.Bind(secrets, secretsTarget) }
            : [];
        Add(secrets, files.Secrets);
        Add(configs, files.Configs);
        return mounts;

        void Add(string folder, ValueList<TaskFile> list) => mounts.AddRange(list
            .Where(file => file.Target is { } target
                && !target.StartsWith($"{secretsTarget}/", StringComparison.Ordinal))
            .Select(file => MountPlanner.Bind(Path.Combine(folder, file.Path), file.Target!)));
    }
}
