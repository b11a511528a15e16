using Swarm.Execution;

namespace Swarm.Agents;

/// <summary>The controller's part of a step.</summary>
internal static class ControllerSteps
{
    public static async Task InvokeAsync(ITaskController? controller, TaskStep step, CancellationToken cancelled)
    {
        if (step is TaskStep.Accept or TaskStep.BeginPreparing or TaskStep.BeginStarting)
        {
            return;
        }

        var target = controller ?? throw new InvalidOperationException("the task has no controller");
        switch (step)
        {
            case TaskStep.Prepare:
                await target.PrepareAsync(cancelled);
                break;
            case TaskStep.Start:
                await target.StartAsync(cancelled);
                break;
            case TaskStep.Wait:
                var exit = await target.WaitAsync(cancelled);
                if (exit.ExitCode != 0)
                {
                    throw new TaskFailedException(exit);
                }

                break;
        }
    }

    /// <summary>Adds what the controller knows of its container and ports, once there can be any.</summary>
    public static SwarmTaskStatus Describe(SwarmTaskStatus status, TaskStep step, ITaskController? controller)
    {
        if (step != TaskStep.BeginStarting && status.State < TaskState.Starting)
        {
            return status;
        }

        try
        {
            return status with
            {
                Container = (controller as IContainerStatusSource)?.ContainerStatus ?? status.Container,
                Ports = controller is IPortStatusSource ports ? ports.Ports : status.Ports,
            };
        }
        catch (Exception)
        {
            // An executor that cannot tell does not change what happened to the task.
            return status;
        }
    }
}
