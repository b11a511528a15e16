namespace Swarm.Hosting.Wire.Mapping;

/// <summary>What a task runs, on which resources, where, and what happens when it ends.</summary>
internal static class TaskSpecMapping
{
    public static Protos.TaskSpec ToWire(this TaskSpec spec)
    {
        var wire = new Protos.TaskSpec
        {
            Resources = spec.Resources.ToWire(),
            Restart = spec.Restart.ToWire(),
            Placement = spec.Placement.ToWire(),
            LogDriver = spec.LogDriver.ToWire(),
            ForceUpdate = spec.ForceUpdate,
        };
        switch (spec.Workload)
        {
            case ContainerSpec container:
                wire.Container = container.ToWire(spec.Resources?.Limits?.Pids ?? 0);
                break;
            case AttachmentSpec attachment:
                wire.Attachment = new() { ContainerId = attachment.ContainerId };
                break;
            case GenericSpec generic:
                wire.Generic = ToWire(generic);
                break;
        }

        wire.Networks.Fill(spec.Networks, NetworkMapping.ToWire);
        wire.ResourceReferences.Fill(spec.ResourceReferences, ToWire);
        return wire;
    }

    public static TaskSpec ToRecord(this Protos.TaskSpec wire) => new()
    {
        Workload = wire switch
        {
            { Container: { } container } => container.ToRecord(),
            { Attachment: { } attachment } => new AttachmentSpec(attachment.ContainerId),
            { Generic: { } generic } => ToRecord(generic),
            _ => null,
        },
        Resources = ToRecord(wire.Resources, wire.Container?.PidsLimit ?? 0),
        Restart = wire.Restart.ToRecord(),
        Placement = wire.Placement.ToRecord(),
        LogDriver = wire.LogDriver.ToRecord(),
        Networks = wire.Networks.ToList(NetworkMapping.ToRecord),
        ForceUpdate = wire.ForceUpdate,
        ResourceReferences = wire.ResourceReferences.ToList(ToRecord),
    };

    private static Protos.GenericRuntimeSpec ToWire(GenericSpec generic) => new()
    {
        Kind = generic.RuntimeKind,
        Payload = generic is { PayloadType.Length: 0, Payload.IsEmpty: true }
            ? null
            : new() { TypeUrl = generic.PayloadType, Value = generic.Payload.ToWire() },
    };

    private static GenericSpec ToRecord(Protos.GenericRuntimeSpec wire) =>
        new(wire.Kind, wire.Payload?.TypeUrl ?? "", wire.Payload?.Value.ToBytes() ?? default);

    private static Protos.ResourceRequirements? ToWire(this ResourceRequirements? requirements)
    {
        if (requirements is null)
        {
            return null;
        }

        var wire = new Protos.ResourceRequirements
        {
            Reservations = requirements.Reservations?.ToWire(),
            SwapBytes = requirements.SwapBytes,
            MemorySwappiness = requirements.MemorySwappiness,
        };
        if (requirements.Limits is { } limits)
        {
            wire.Limits = new() { NanoCpus = limits.NanoCpus, MemoryBytes = limits.MemoryBytes };
            wire.Limits.Generic.Fill(limits.Generic, CommonMapping.ToWire);
        }

        return wire;
    }

    private static ResourceRequirements? ToRecord(Protos.ResourceRequirements? wire, long pidsLimit)
    {
        if (wire is null && pidsLimit == 0)
        {
            return null;
        }

        return new()
        {
            Limits = wire?.Limits is null && pidsLimit == 0
                ? null
                : new()
                {
                    NanoCpus = wire?.Limits?.NanoCpus ?? 0,
                    MemoryBytes = wire?.Limits?.MemoryBytes ?? 0,
                    Pids = pidsLimit,
                    Generic = wire?.Limits?.Generic.ToList(CommonMapping.ToRecord) ?? default,
                },
            Reservations = wire?.Reservations?.ToRecord(),
            SwapBytes = wire?.SwapBytes,
            MemorySwappiness = wire?.MemorySwappiness,
        };
    }

    private static Protos.RestartPolicy? ToWire(this RestartPolicy? policy) => policy is null
        ? null
        : new()
        {
            Condition = (Protos.RestartPolicy.Types.RestartCondition)policy.Condition,
            Delay = policy.Delay.ToWire(),
            MaxAttempts = policy.MaxAttempts,
            Window = policy.Window.ToWire(),
        };

    private static RestartPolicy? ToRecord(this Protos.RestartPolicy? wire) => wire is null
        ? null
        : new()
        {
            Condition = (RestartCondition)wire.Condition,
            Delay = wire.Delay.ToOptionalSpan(),
            MaxAttempts = wire.MaxAttempts,
            Window = wire.Window.ToOptionalSpan(),
        };

    private static Protos.Placement? ToWire(this Placement? placement)
    {
        if (placement is null)
        {
            return null;
        }

        var wire = new Protos.Placement { MaxReplicas = placement.MaxReplicas };
        wire.Constraints.Fill(placement.Constraints);
        wire.Preferences.Fill(
            placement.Preferences,
            preference => new Protos.PlacementPreference
            {
                Spread = new() { SpreadDescriptor = preference.SpreadDescriptor },
            });
        wire.Platforms.Fill(placement.Platforms, CommonMapping.ToWire);
        return wire;
    }

    private static Placement? ToRecord(this Protos.Placement? wire) => wire is null
        ? null
        : new()
        {
            Constraints = wire.Constraints.ToList(),
            Preferences = wire.Preferences.ToList(p => new PlacementPreference(p.Spread?.SpreadDescriptor ?? "")),
            Platforms = wire.Platforms.ToList(CommonMapping.ToRecord),
            MaxReplicas = wire.MaxReplicas,
        };

    private static Protos.ResourceReference ToWire(ResourceReference reference) => new()
    {
        ResourceId = reference.ResourceId,
        ResourceType = (Protos.ResourceType)reference.Type,
    };

    private static ResourceReference ToRecord(Protos.ResourceReference wire) =>
        new(wire.ResourceId, (ResourceType)wire.ResourceType);
}
