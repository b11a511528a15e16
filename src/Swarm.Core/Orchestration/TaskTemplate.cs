using System.Runtime.CompilerServices;

namespace Swarm.Orchestration;

/// <summary>Makes the tasks of a service; those of one service version share everything but their identity.</summary>
internal static class TaskTemplate
{
    private static readonly ConditionalWeakTable<ServiceSpec, SharedParts> Shared = [];

    /// <summary>A new task for a slot; for global services it is on its node from the start.</summary>
    public static SwarmTask NewTask(Tick tick, Service service, SlotKey slot, TaskState desired)
    {
        var shared = Shared.GetValue(service.Spec, SharedParts.Of);
        return new SwarmTask
        {
            Id = tick.NextTaskId(),
            ServiceId = service.Id,
            Slot = slot.Number,
            NodeId = slot.Node,
            Spec = service.Spec.TaskTemplate,
            SpecVersion = service.SpecVersion,
            ServiceAnnotations = shared.Annotations,
            Endpoint = shared.Endpoint,
            LogDriver = service.Spec.TaskTemplate.LogDriver ?? tick.View.Cluster?.Spec.DefaultLogDriver,
            JobIteration = service.JobStatus?.Iteration,
            Status = tick.Created,
            DesiredState = desired,
        };
    }

    private sealed record SharedParts(Annotations Annotations, ServiceEndpoint Endpoint)
    {
        public static SharedParts Of(ServiceSpec spec) => new(
            new Annotations { Name = spec.Name, Labels = spec.Labels },
            new ServiceEndpoint { Spec = spec.Endpoint });
    }
}
