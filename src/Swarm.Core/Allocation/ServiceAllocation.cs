namespace Swarm.Allocation;

/// <summary>What it means for a service or task to have all it needs allocated.</summary>
internal static class ServiceAllocation
{
    public const string PendingMessage = "pending task scheduling";

    /// <summary>True when the endpoint was made for the current spec; later also when its networks are there.</summary>
    public static bool IsAllocated(Service service) => service.Spec.Endpoint == service.Endpoint?.Spec;

    /// <summary>True for a task that only waits for its service.</summary>
    public static bool IsWaiting(SwarmTask task) =>
        task.Status.State == TaskState.New && task.DesiredState <= TaskState.Complete;

    /// <summary>The service with its ports; one without an endpoint spec has nothing to show.</summary>
    public static Service WithPorts(Service service, ValueList<PortPublication> ports) => service with
    {
        Endpoint = service.Spec.Endpoint is null
            ? null
            : new ServiceEndpoint
            {
                Spec = service.Spec.Endpoint,
                Ports = ports,
                VirtualAddresses = service.Endpoint?.VirtualAddresses ?? default,
            },
    };

    /// <summary>The task as the scheduler takes it on, with a copy of what its service got.</summary>
    public static SwarmTask ToPending(SwarmTask task, Service? service, DateTimeOffset now) => task with
    {
        Endpoint = service?.Endpoint ?? task.Endpoint,
        Status = task.Status with
        {
            State = TaskState.Pending,
            Timestamp = now,
            Message = PendingMessage,
            Error = "",
        },
    };
}
