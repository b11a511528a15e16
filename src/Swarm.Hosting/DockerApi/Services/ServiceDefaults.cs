namespace Swarm.Hosting.DockerApi;

/// <summary>What <c>insertDefaults=true</c> adds to an answer; nothing of it is stored.</summary>
internal static class ServiceDefaults
{
    private static readonly TimeSpan Monitor = TimeSpan.FromSeconds(5);

    public static ServiceSpec Insert(ServiceSpec spec) => spec with
    {
        TaskTemplate = Insert(spec.TaskTemplate),
        Update = Insert(spec.Update),
        Rollback = Insert(spec.Rollback),
    };

    private static TaskSpec Insert(TaskSpec task)
    {
        var restart = task.Restart ?? RestartPolicy.Default;
        return task with
        {
            Workload = task.Workload is ContainerSpec container ? Insert(container) : task.Workload,
            Resources = task.Resources ?? new(),
            Restart = restart with { Delay = restart.Delay ?? RestartPolicy.DefaultDelay },
            Placement = task.Placement ?? new(),
        };
    }

    private static ContainerSpec Insert(ContainerSpec container) => container with
    {
        StopGracePeriod = container.StopGracePeriod ?? ContainerSpec.DefaultStopGracePeriod,
        Dns = container.Dns ?? new(),
    };

    private static UpdatePolicy Insert(UpdatePolicy? policy)
    {
        var given = policy ?? UpdatePolicy.Default;
        return given with { Monitor = given.Monitor ?? Monitor };
    }
}
