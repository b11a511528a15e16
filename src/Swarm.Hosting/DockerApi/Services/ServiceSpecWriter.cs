namespace Swarm.Hosting.DockerApi;

/// <summary>Makes the client's document of the domain's spec.</summary>
internal static class ServiceSpecWriter
{
    public static ServiceSpecDocument Write(ServiceSpec spec) => new()
    {
        Name = spec.Name.OrNull(),
        Labels = spec.Labels.OrEmpty(),
        TaskTemplate = TaskSpecWriter.Write(spec.TaskTemplate) with { Runtime = RuntimeOf(spec.TaskTemplate.Workload) },
        Mode = WriteMode(spec.Mode),
        UpdateConfig = WriteUpdate(spec.Update),
        RollbackConfig = WriteUpdate(spec.Rollback),
        Networks = spec.Networks.OrNull(TaskSpecWriter.WriteNetwork),
        EndpointSpec = spec.Endpoint is null ? null : WriteEndpoint(spec.Endpoint),
    };

    public static EndpointSpecDocument WriteEndpoint(EndpointSpec endpoint) => new()
    {
        Mode = EnumText.Write(endpoint.Mode),
        Ports = endpoint.Ports.OrNull(WritePort),
    };

    public static PortDocument WritePort(PortPublication port) => new()
    {
        Name = port.Name.OrNull(),
        Protocol = EnumText.Write(port.Protocol),
        TargetPort = (uint)port.TargetPort,
        PublishedPort = (uint)port.PublishedPort,
        PublishMode = EnumText.Write(port.Mode),
    };

    private static string? RuntimeOf(Workload? workload) => workload switch
    {
        ContainerSpec => "container",
        AttachmentSpec => "attachment",
        GenericSpec generic => generic.RuntimeKind,
        _ => null,
    };

    private static ServiceModeDocument WriteMode(ServiceMode mode) => mode switch
    {
        ReplicatedMode replicated => new() { Replicated = new() { Replicas = (ulong)replicated.Replicas } },
        GlobalMode => new() { Global = EmptyDocument.Instance },
        ReplicatedJobMode job => new()
        {
            ReplicatedJob = new()
            {
                MaxConcurrent = (ulong)job.MaxConcurrent,
                TotalCompletions = (ulong)job.TotalCompletions,
            },
        },
        GlobalJobMode => new() { GlobalJob = EmptyDocument.Instance },
        _ => new(),
    };

    private static UpdateConfigDocument? WriteUpdate(UpdatePolicy? policy) => policy is null
        ? null
        : new UpdateConfigDocument
        {
            Parallelism = policy.Parallelism,
            Delay = policy.Delay.ToNanoseconds(),
            FailureAction = EnumText.Write(policy.FailureAction),
            Monitor = (policy.Monitor ?? TimeSpan.Zero).ToNanoseconds(),
            MaxFailureRatio = policy.MaxFailureRatio,
            Order = EnumText.Write(policy.Order),
        };
}
