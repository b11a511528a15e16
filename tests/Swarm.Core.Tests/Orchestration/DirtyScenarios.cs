using Swarm.Orchestration;
using Swarm.Storage;

namespace Swarm.Core.Tests.Orchestration;

public sealed class DirtyScenarios
{
    private static readonly Service Old = new()
    {
        Id = new ServiceId("service"),
        Spec = Specs.Replicated(1),
        SpecVersion = new ObjectVersion(1),
    };

    private static readonly Service Updated = Old with { SpecVersion = new ObjectVersion(2) };

    [Fact]
    public void Scenario_027_the_same_spec_version_is_clean_whatever_the_specs()
    {
        var service = Old with { Spec = Specs.Replicated(1, "v2") };

        Assert.False(IsDirty(service, Task(Old)));
    }

    [Fact]
    public void An_equal_spec_of_another_version_is_clean()
    {
        var service = Updated with { Spec = Specs.Replicated(5) };

        Assert.NotSame(Old.Spec.TaskTemplate, service.Spec.TaskTemplate);
        Assert.False(IsDirty(service, Task(Old)));
    }

    [Theory]
    [InlineData(TaskState.Pending, true)]
    [InlineData(TaskState.Preparing, true)]
    [InlineData(TaskState.Ready, false)]
    [InlineData(TaskState.Running, false)]
    [InlineData(TaskState.Failed, true)]
    public void Scenario_028_registry_credentials_only_matter_before_the_image_is_there(TaskState state, bool dirty)
    {
        var workload = (ContainerSpec)Old.Spec.TaskTemplate.Workload! with { RegistryAuth = "secret" };
        var service = Updated with
        {
            Spec = Old.Spec with { TaskTemplate = Old.Spec.TaskTemplate with { Workload = workload } },
        };

        Assert.Equal(dirty, IsDirty(service, Task(Old, state)));
    }

    [Theory]
    [InlineData("web", "web:latest", false)]
    [InlineData("web:latest", "web", false)]
    [InlineData("registry:5000/web", "registry:5000/web:latest", false)]
    [InlineData("web@sha256:0", "web@sha256:0", false)]
    [InlineData("web", "web:1", true)]
    [InlineData("web", "web@sha256:0", true)]
    public void An_image_without_a_tag_is_the_latest(string before, string after, bool dirty)
    {
        var service = Updated with { Spec = WithImage(after) };

        Assert.Equal(dirty, IsDirty(service, Task(Old with { Spec = WithImage(before) })));
    }

    [Fact]
    public void Published_ports_make_tasks_dirty()
    {
        var service = Updated with
        {
            Spec = Old.Spec with { Endpoint = new EndpointSpec { Ports = [new PortPublication(80, 8080)] } },
        };

        Assert.True(IsDirty(service, Task(Old)));
    }

    [Fact]
    public void A_raised_counter_makes_tasks_dirty()
    {
        var service = Updated with
        {
            Spec = Old.Spec with { TaskTemplate = Old.Spec.TaskTemplate with { ForceUpdate = 1 } },
        };

        Assert.True(IsDirty(service, Task(Old)));
    }

    private static ServiceSpec WithImage(string image) => Old.Spec with
    {
        TaskTemplate = Old.Spec.TaskTemplate with
        {
            Workload = (ContainerSpec)Old.Spec.TaskTemplate.Workload! with { Image = image },
        },
    };

    private static bool IsDirty(Service service, SwarmTask task) =>
        new DirtyCheck(service, ClusterView.Empty).IsDirty(task);

    private static SwarmTask Task(Service service, TaskState state = TaskState.Running) => new()
    {
        Id = new TaskId("task"),
        ServiceId = service.Id,
        Slot = 1,
        Spec = service.Spec.TaskTemplate,
        SpecVersion = service.SpecVersion,
        Endpoint = new ServiceEndpoint { Spec = service.Spec.Endpoint },
        DesiredState = TaskState.Running,
        Status = new SwarmTaskStatus { State = state },
    };
}
