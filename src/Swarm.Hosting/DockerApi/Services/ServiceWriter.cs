using Swarm.Control;

namespace Swarm.Hosting.DockerApi;

internal static class ServiceWriter
{
    public static ServiceDocument Write(Service service) => new()
    {
        Id = service.Id.Value,
        Version = new(service.Version.Index),
        CreatedAt = service.CreatedAt,
        UpdatedAt = service.UpdatedAt,
        Spec = ServiceSpecWriter.Write(service.Spec),
        PreviousSpec = service.PreviousSpec is null ? null : ServiceSpecWriter.Write(service.PreviousSpec),
        Endpoint = WriteEndpoint(service.Endpoint),
        UpdateStatus = service.RolloutStatus is null ? null : WriteRollout(service.RolloutStatus),
        JobStatus = service.JobStatus is not { } job
            ? null
            : new() { JobIteration = new(job.Iteration.Index), LastExecution = job.LastExecution },
    };

    public static ServiceStatusDocument WriteStatus(ServiceStatus status) => new()
    {
        RunningTasks = status.Running,
        DesiredTasks = status.Desired,
        CompletedTasks = status.Completed,
    };

    private static EndpointDocument WriteEndpoint(ServiceEndpoint? endpoint) => new()
    {
        Spec = endpoint?.Spec is null ? new() : ServiceSpecWriter.WriteEndpoint(endpoint.Spec),
        Ports = endpoint?.Ports.OrNull(ServiceSpecWriter.WritePort),
        VirtualAddresses = endpoint?.VirtualAddresses.OrNull(a => new VirtualAddressDocument
        {
            NetworkId = a.NetworkId.Value.OrNull(),
            Address = a.Address.OrNull(),
        }),
    };

    private static UpdateStatusDocument WriteRollout(RolloutStatus rollout) => new()
    {
        State = RolloutText.Write(rollout.State),
        StartedAt = rollout.StartedAt,
        CompletedAt = rollout.CompletedAt,
        Message = rollout.Message.OrNull(),
    };
}
