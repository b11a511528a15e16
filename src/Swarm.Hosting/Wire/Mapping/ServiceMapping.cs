namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Services and their specs.</summary>
internal static class ServiceMapping
{
    public static Protos.Service ToWire(this Service service) => new()
    {
        Id = service.Id.ToString(),
        Meta = service.ToMeta(),
        Spec = service.Spec.ToWire(),
        SpecVersion = service.SpecVersion.ToWire(),
        PreviousSpec = service.PreviousSpec?.ToWire(),
        PreviousSpecVersion = service.PreviousSpecVersion?.ToWire(),
        Endpoint = service.Endpoint?.ToWire(),
        UpdateStatus = service.RolloutStatus.ToWire(),
        JobStatus = service.JobStatus.ToWire(),
        PendingDelete = service.PendingDelete,
    };

    public static Service ToRecord(this Protos.Service wire) => new()
    {
        Id = new(wire.Id),
        Version = wire.Meta?.Version.ToRecord() ?? default,
        CreatedAt = wire.Meta?.CreatedAt.ToTime() ?? default,
        UpdatedAt = wire.Meta?.UpdatedAt.ToTime() ?? default,
        Spec = (wire.Spec ?? new()).ToRecord(),
        SpecVersion = wire.SpecVersion.ToRecord(),
        PreviousSpec = wire.PreviousSpec?.ToRecord(),
        PreviousSpecVersion = wire.PreviousSpecVersion.ToOptionalRecord(),
        Endpoint = wire.Endpoint?.ToRecord(),
        RolloutStatus = wire.UpdateStatus.ToRecord(),
        JobStatus = wire.JobStatus.ToRecord(),
        PendingDelete = wire.PendingDelete,
    };

    public static Protos.ServiceSpec ToWire(this ServiceSpec spec)
    {
        var wire = new Protos.ServiceSpec
        {
            Annotations = CommonMapping.ToAnnotations(spec.Name, spec.Labels, spec.Indices),
            Task = spec.TaskTemplate.ToWire(),
            Update = spec.Update.ToWire(),
            Rollback = spec.Rollback.ToWire(),
            Endpoint = spec.Endpoint?.ToWire(),
        };
        switch (spec.Mode)
        {
            case ReplicatedMode mode:
                wire.Replicated = new() { Replicas = mode.Replicas.ToUInt64("number of replicas") };
                break;
            case GlobalMode:
                wire.Global = new();
                break;
            case ReplicatedJobMode job:
                wire.ReplicatedJob = new()
                {
                    MaxConcurrent = job.MaxConcurrent.ToUInt64("number of concurrent tasks"),
                    TotalCompletions = job.TotalCompletions.ToUInt64("number of completions"),
                };
                break;
            case GlobalJobMode:
                wire.GlobalJob = new();
                break;
        }

        wire.Networks.Fill(spec.Networks, NetworkMapping.ToWire);
        return wire;
    }

    public static ServiceSpec ToRecord(this Protos.ServiceSpec wire)
    {
        var annotations = wire.Annotations.ToRecord();
        return new()
        {
            Name = annotations.Name,
            Labels = annotations.Labels,
            Indices = annotations.Indices,
            TaskTemplate = (wire.Task ?? new()).ToRecord(),
            Mode = ToMode(wire),
            Update = wire.Update.ToRecord(),
            Rollback = wire.Rollback.ToRecord(),
            Endpoint = wire.Endpoint?.ToRecord(),
            Networks = wire.Networks.ToList(NetworkMapping.ToRecord),
        };
    }

    private static ServiceMode ToMode(Protos.ServiceSpec wire) => wire switch
    {
        { Replicated: { } mode } => new ReplicatedMode(mode.Replicas.ToInt64("number of replicas")),
        { Global: not null } => new GlobalMode(),
        { ReplicatedJob: { } job } => new ReplicatedJobMode(
            job.MaxConcurrent.ToInt64("number of concurrent tasks"),
            job.TotalCompletions.ToInt64("number of completions")),
        { GlobalJob: not null } => new GlobalJobMode(),
        _ => throw WireErrors.Missing($"mode of service '{wire.Annotations?.Name}'"),
    };
}
