namespace Swarm.Testing.Tests.Examples;

/// <summary>Specs that examples have in common.</summary>
internal static class Specs
{
    public static ServiceSpec Web(long replicas, string image = "web:1") => new()
    {
        Name = "web",
        Mode = new ReplicatedMode(replicas),
        TaskTemplate = new TaskSpec { Workload = new ContainerSpec { Image = image } },
    };

    public static ServiceSpec WithImage(ServiceSpec spec, string image) => spec with
    {
        TaskTemplate = spec.TaskTemplate with { Workload = new ContainerSpec { Image = image } },
    };
}
