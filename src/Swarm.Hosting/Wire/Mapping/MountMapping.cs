namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Mounts of containers.</summary>
internal static class MountMapping
{
    public static Protos.Mount ToWire(Mount mount) => new()
    {
        Type = (Protos.Mount.Types.Type)mount.Type,
        Source = mount.Source,
        Target = mount.Target,
        Readonly = mount.ReadOnly,
        Consistency = (Protos.Mount.Types.Consistency)WireText.Consistency.Write(mount.Consistency),
        BindOptions = mount.Bind is { } bind ? ToWire(bind) : null,
        VolumeOptions = mount.Volume is { } volume ? ToWire(volume) : null,
        TmpfsOptions = mount.Tmpfs is not { } tmpfs
            ? null
            : new() { SizeBytes = tmpfs.SizeBytes, Mode = tmpfs.Mode, Options = tmpfs.Options },
    };

    public static Mount ToRecord(Protos.Mount wire) => new()
    {
        Type = (MountType)wire.Type,
        Source = wire.Source,
        Target = wire.Target,
        ReadOnly = wire.Readonly,
        Consistency = WireText.Consistency.Read((int)wire.Consistency),
        Bind = wire.BindOptions is { } bind ? ToRecord(bind) : null,
        Volume = wire.VolumeOptions is { } volume ? ToRecord(volume) : null,
        Tmpfs = wire.TmpfsOptions is { } tmpfs ? new(tmpfs.SizeBytes, tmpfs.Mode, tmpfs.Options) : null,
    };

    private static Protos.Mount.Types.BindOptions ToWire(BindOptions bind) => new()
    {
        Propagation =
            (Protos.Mount.Types.BindOptions.Types.Propagation)WireText.Propagation.Write(bind.Propagation),
        Nonrecursive = bind.NonRecursive,
        Createmountpoint = bind.CreateMountpoint,
        Readonlynonrecursive = bind.ReadOnlyNonRecursive,
        Readonlyforcerecursive = bind.ReadOnlyForceRecursive,
    };

    private static BindOptions ToRecord(Protos.Mount.Types.BindOptions wire) => new()
    {
        Propagation = WireText.Propagation.Read((int)wire.Propagation),
        NonRecursive = wire.Nonrecursive,
        CreateMountpoint = wire.Createmountpoint,
        ReadOnlyNonRecursive = wire.Readonlynonrecursive,
        ReadOnlyForceRecursive = wire.Readonlyforcerecursive,
    };

    private static Protos.Mount.Types.VolumeOptions ToWire(VolumeOptions volume)
    {
        var wire = new Protos.Mount.Types.VolumeOptions
        {
            Nocopy = volume.NoCopy,
            DriverConfig = volume.Driver.ToWire(),
            Subpath = volume.Subpath,
        };
        wire.Labels.Fill(volume.Labels);
        return wire;
    }

    private static VolumeOptions ToRecord(Protos.Mount.Types.VolumeOptions wire) => new()
    {
        NoCopy = wire.Nocopy,
        Labels = wire.Labels.ToMap(),
        Driver = wire.DriverConfig.ToRecord(),
        Subpath = wire.Subpath,
    };
}
