namespace Swarm.Core.Tests.Orchestration;

/// <summary>Services the tests use.</summary>
internal static class Specs
{
    public static ServiceSpec Replicated(long replicas, string image = "v1") => new()
    {
        Name = "web",
        Mode = new ReplicatedMode(replicas),
        TaskTemplate = new TaskSpec { Workload = new ContainerSpec { Image = image } },
    };

    public static ServiceSpec Global(string image = "v1") => Replicated(0, image) with { Mode = new GlobalMode() };

    public static ServiceSpec WithRestart(this ServiceSpec spec, RestartPolicy policy) =>
        spec with { TaskTemplate = spec.TaskTemplate with { Restart = policy } };

    public static ServiceSpec WithImage(this ServiceSpec spec, string image) => spec with
    {
        TaskTemplate = spec.TaskTemplate with
        {
            Workload = (ContainerSpec)spec.TaskTemplate.Workload! with { Image = image },
        },
    };

    public static ServiceSpec WithConstraints(this ServiceSpec spec, params string[] constraints) => spec with
    {
        TaskTemplate = spec.TaskTemplate with { Placement = new Placement { Constraints = [.. constraints] } },
    };

    public static ServiceSpec WithReplicas(this ServiceSpec spec, long replicas) =>
        spec with { Mode = new ReplicatedMode(replicas) };

    public static string Image(this SwarmTask task) => ((ContainerSpec)task.Spec.Workload!).Image;
}
