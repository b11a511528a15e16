namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Tasks. Many of them are equal but for a few fields, so the equal parts may be shared.</summary>
internal static class TaskMapping
{
    /// <summary>The message; parts that it shares with others must not be changed.</summary>
    public static Protos.Task ToWire(this SwarmTask task, SharedMessages? shared = null)
    {
        var wire = new Protos.Task
        {
            Id = task.Id.ToString(),
            Meta = task.ToMeta(),
            Spec = shared?.TaskSpecs.Of(task.Spec) ?? task.Spec.ToWire(),
            SpecVersion = task.SpecVersion?.ToWire(),
            ServiceId = task.ServiceId.ToString(),
            Slot = ((long)task.Slot).ToUInt64("slot"),
            NodeId = task.NodeId.ToString(),
            Annotations = shared?.Annotations.Of(task.Annotations) ?? task.Annotations.ToWire(),
            ServiceAnnotations = shared?.Annotations.Of(task.ServiceAnnotations) ?? task.ServiceAnnotations.ToWire(),
            Status = task.Status.ToWire(),
            DesiredState = (Protos.TaskState)task.DesiredState,
            Endpoint = task.Endpoint is { } endpoint ? shared?.Endpoints.Of(endpoint) ?? endpoint.ToWire() : null,
            LogDriver = task.LogDriver.ToWire(),
            JobIteration = task.JobIteration?.ToWire(),
        };
        foreach (var attachment in task.Networks)
        {
            wire.Networks.Add(attachment.ToWire(shared));
        }

        wire.AssignedGenericResources.Fill(task.AssignedGenericResources, CommonMapping.ToWire);
        wire.Volumes.Fill(task.Volumes, ToWire);
        return wire;
    }

    public static SwarmTask ToRecord(this Protos.Task wire, SharedRecords? shared = null) => new()
    {
        Id = new(wire.Id),
        Version = wire.Meta?.Version.ToRecord() ?? default,
        CreatedAt = wire.Meta?.CreatedAt.ToTime() ?? default,
        UpdatedAt = wire.Meta?.UpdatedAt.ToTime() ?? default,
        Spec = ToSpec(wire.Spec ?? new(), shared),
        SpecVersion = wire.SpecVersion.ToOptionalRecord(),
        ServiceId = wire.ServiceId.Length == 0 ? default : new(shared?.Text(wire.ServiceId) ?? wire.ServiceId),
        Slot = wire.Slot.ToInt32("slot"),
        NodeId = wire.NodeId.Length == 0 ? default : new(shared?.Text(wire.NodeId) ?? wire.NodeId),
        Annotations = ToAnnotations(wire.Annotations, shared),
        ServiceAnnotations = ToAnnotations(wire.ServiceAnnotations, shared),
        Status = wire.Status.ToRecord(),
        DesiredState = (TaskState)wire.DesiredState,
        Networks = wire.Networks.Count == 0 ? default : wire.Networks.ToList(item => item.ToRecord(shared)),
        Endpoint = wire.Endpoint is { } endpoint ? shared?.Endpoints.Of(endpoint) ?? endpoint.ToRecord() : null,
        LogDriver = wire.LogDriver.ToRecord(),
        JobIteration = wire.JobIteration.ToOptionalRecord(),
        AssignedGenericResources = wire.AssignedGenericResources.ToList(CommonMapping.ToRecord),
        Volumes = wire.Volumes.ToList(ToRecord),
    };

    private static TaskSpec ToSpec(Protos.TaskSpec wire, SharedRecords? shared) =>
        shared?.TaskSpecs.Of(wire) ?? wire.ToRecord();

    private static Annotations ToAnnotations(Protos.Annotations? wire, SharedRecords? shared) =>
        wire is null || shared is null ? wire.ToRecord() : shared.Annotations.Of(wire);

    private static Protos.VolumeAttachment ToWire(VolumeAttachment attachment) => new()
    {
        Id = attachment.Id.ToString(),
        Source = attachment.Source,
        Target = attachment.Target,
    };

    private static VolumeAttachment ToRecord(Protos.VolumeAttachment wire) =>
        new(new(wire.Id), wire.Source, wire.Target);
}
