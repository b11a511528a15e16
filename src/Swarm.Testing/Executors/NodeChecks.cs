using Swarm.Execution;

namespace Swarm.Testing.Executors;

/// <summary>What an executor says of its node and of tasks that are not for it.</summary>
internal static class NodeChecks
{
    public static async Task DescribesAsync(ExecutorRun run)
    {
        var node = await run.Executor.DescribeAsync(run.Token);
        ExecutorRun.Require(node.Hostname.Length > 0, "the node has no host name");
        ExecutorRun.Require(
            node.Platform is { OperatingSystem.Length: > 0, Architecture.Length: > 0 },
            "the node has no platform: images for a certain one would go anywhere");
        ExecutorRun.Require(
            node.Resources is { NanoCpus: > 0, MemoryBytes: > 0 },
            "the node has no processors or no memory: no task with a reservation would come here");
        ExecutorRun.Require(
            node == await run.Executor.DescribeAsync(run.Token),
            "the description of the node is another one each time: each registers the node anew");
    }

    public static async Task RejectsAsync(ExecutorRun run)
    {
        if (run.Subject.CannotRun is not { } spec)
        {
            return;
        }

        try
        {
            await run.Control(run.NewTask(spec)).PrepareAsync(run.Token);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or TransientExecutorException))
        {
            ExecutorRun.Require(exception.Message.Length > 0, "the task was rejected without a reason");
            return;
        }

        throw new ExecutorCheckFailedException("a task that cannot run was prepared");
    }
}
