namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Cluster volumes.</summary>
internal static class VolumeMapping
{
    public static Protos.Volume ToWire(this Volume volume)
    {
        var wire = new Protos.Volume
        {
            Id = volume.Id.ToString(),
            Meta = volume.ToMeta(),
            Spec = volume.Spec.ToWire(),
            VolumeInfo = volume.Info.ToWire(),
            PendingDelete = volume.PendingDelete,
        };
        wire.PublishStatus.Fill(volume.PublishStatus, ToWire);
        return wire;
    }

    public static Volume ToRecord(this Protos.Volume wire) => new()
    {
        Id = new(wire.Id),
        Version = wire.Meta?.Version.ToRecord() ?? default,
        CreatedAt = wire.Meta?.CreatedAt.ToTime() ?? default,
        UpdatedAt = wire.Meta?.UpdatedAt.ToTime() ?? default,
        Spec = (wire.Spec ?? new()).ToRecord(),
        PublishStatus = wire.PublishStatus.ToList(ToRecord),
        Info = wire.VolumeInfo.ToRecord(),
        PendingDelete = wire.PendingDelete,
    };

    public static Protos.VolumeSpec ToWire(this VolumeSpec spec)
    {
        var wire = new Protos.VolumeSpec
        {
            Annotations = CommonMapping.ToAnnotations(spec.Name, spec.Labels, spec.Indices),
            Group = spec.Group,
            Driver = spec.Driver.ToWire(),
            AccessMode = spec.AccessMode.ToWire(),
            CapacityRange = spec.Capacity is { } capacity
                ? new() { RequiredBytes = capacity.RequiredBytes, LimitBytes = capacity.LimitBytes }
                : null,
            Availability = (Protos.VolumeSpec.Types.VolumeAvailability)spec.Availability,
        };
        if (spec.Accessibility is { } accessibility)
        {
            wire.AccessibilityRequirements = new();
            wire.AccessibilityRequirements.Requisite.Fill(
                accessibility.Requisite, NodeDescriptionMapping.ToWire);
            wire.AccessibilityRequirements.Preferred.Fill(
                accessibility.Preferred, NodeDescriptionMapping.ToWire);
        }

        wire.Secrets.Fill(spec.Secrets, ToWire);
        return wire;
    }

    public static VolumeSpec ToRecord(this Protos.VolumeSpec wire)
    {
        var annotations = wire.Annotations.ToRecord();
        return new()
        {
            Name = annotations.Name,
            Labels = annotations.Labels,
            Indices = annotations.Indices,
            Group = wire.Group,
            Driver = wire.Driver.ToRecord(),
            AccessMode = wire.AccessMode.ToRecord(),
            Secrets = wire.Secrets.ToList(ToRecord),
            Accessibility = wire.AccessibilityRequirements is { } accessibility
                ? new(
                    accessibility.Requisite.ToList(NodeDescriptionMapping.ToRecord),
                    accessibility.Preferred.ToList(NodeDescriptionMapping.ToRecord))
                : null,
            Capacity = wire.CapacityRange is { } range ? new(range.RequiredBytes, range.LimitBytes) : null,
            Availability = (NodeAvailability)wire.Availability,
        };
    }

    public static Protos.VolumeAccessMode? ToWire(this VolumeAccessMode? mode)
    {
        if (mode is null)
        {
            return null;
        }

        var wire = new Protos.VolumeAccessMode
        {
            Scope = (Protos.VolumeAccessMode.Types.Scope)mode.Scope,
            Sharing = (Protos.VolumeAccessMode.Types.Sharing)mode.Sharing,
        };
        switch (mode.AccessType)
        {
            case BlockAccess:
                wire.Block = new();
                break;
            case MountAccess mount:
                wire.Mount = new() { FsType = mount.FileSystem };
                wire.Mount.MountFlags.Fill(mount.MountFlags);
                break;
        }

        return wire;
    }

    public static VolumeAccessMode? ToRecord(this Protos.VolumeAccessMode? wire) => wire is null
        ? null
        : new(
            (VolumeScope)wire.Scope,
            (VolumeSharing)wire.Sharing,
            wire switch
            {
                { Block: not null } => new BlockAccess(),
                { Mount: { } mount } => new MountAccess(mount.FsType, mount.MountFlags.ToList()),
                _ => null,
            });

    public static Protos.VolumeSecret ToWire(VolumeSecret secret) =>
        new() { Key = secret.Key, Secret = secret.Secret };

    public static VolumeSecret ToRecord(Protos.VolumeSecret wire) => new(wire.Key, wire.Secret);

    private static Protos.VolumePublishStatus ToWire(VolumePublishStatus status)
    {
        var wire = new Protos.VolumePublishStatus
        {
            NodeId = status.NodeId.ToString(),
            State = (Protos.VolumePublishStatus.Types.State)status.State,
            Message = status.Message,
        };
        wire.PublishContext.Fill(status.Context);
        return wire;
    }

    private static VolumePublishStatus ToRecord(Protos.VolumePublishStatus wire) => new(
        new(wire.NodeId),
        (VolumePublishState)wire.State,
        wire.PublishContext.ToMap(),
        wire.Message);

    private static Protos.VolumeInfo? ToWire(this VolumeInfo? info)
    {
        if (info is null)
        {
            return null;
        }

        var wire = new Protos.VolumeInfo { CapacityBytes = info.CapacityBytes, VolumeId = info.PluginVolumeId };
        wire.VolumeContext.Fill(info.Context);
        wire.AccessibleTopology.Fill(info.AccessibleTopology, NodeDescriptionMapping.ToWire);
        return wire;
    }

    private static VolumeInfo? ToRecord(this Protos.VolumeInfo? wire) => wire is null
        ? null
        : new()
        {
            CapacityBytes = wire.CapacityBytes,
            Context = wire.VolumeContext.ToMap(),
            PluginVolumeId = wire.VolumeId,
            AccessibleTopology = wire.AccessibleTopology.ToList(NodeDescriptionMapping.ToRecord),
        };
}
