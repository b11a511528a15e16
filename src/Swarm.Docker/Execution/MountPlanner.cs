using System.Text.Json;
using Swarm.Docker.Engine;
using Swarm.Execution;

namespace Swarm.Docker.Execution;

/// <summary>Mounts of a task as the engine takes them; texts are those of the engine's own executor.</summary>
internal static class MountPlanner
{
    /// <summary>The mount of a spec.</summary>
    /// <exception cref="TaskRejectedException">It cannot be.</exception>
    internal static MountDocument Plan(Mount mount)
    {
        Check(mount);
        return new()
        {
            Type = TypeOf(mount.Type),
            Source = mount.Source.OrNull(),
            Target = mount.Target,
            ReadOnly = mount.ReadOnly,
            Consistency = mount.Consistency.OrNull(),
            BindOptions = mount.Bind is { } bind ? Write(bind) : null,
            VolumeOptions = mount.Volume is { } volume ? Write(volume) : null,
            TmpfsOptions = mount.Tmpfs is { } tmpfs ? Write(tmpfs) : null,
        };
    }

    /// <summary>A file or directory of this node that a task sees read-only.</summary>
    internal static MountDocument Bind(string source, string target) => new()
    {
        Type = "bind",
        Source = source,
        Target = target,
        ReadOnly = true,
    };

    private static void Check(Mount mount)
    {
        // The engine would take a source that is a path for a bind mount and any other for a volume.
        var isPath = mount.Source.StartsWith('/');
        var fault = mount switch
        {
            { Type: MountType.Cluster } =>
                $"cluster volume {mount.Source} cannot be mounted: this node has no CSI plugins",
            { Type: not MountType.NamedPipe } when !mount.Target.StartsWith('/') =>
                $"invalid mount target, must be an absolute path: {mount.Target}",
            { Type: MountType.Bind } when !isPath =>
                $"invalid bind mount source, must be an absolute path: {mount.Source}",
            { Type: MountType.Volume } when isPath =>
                $"invalid volume mount source, must not be an absolute path: {mount.Source}",
            { Type: MountType.Tmpfs, Source.Length: > 0 } => "invalid tmpfs source, source must be empty",
            { Type: MountType.NamedPipe, Source.Length: 0 } => "invalid npipe source, source must not be empty",
            _ => null,
        };
        if (fault is not null)
        {
            throw new TaskRejectedException(fault);
        }
    }

    private static string TypeOf(MountType type) => type switch
    {
        MountType.Bind => "bind",
        MountType.Volume => "volume",
        MountType.Tmpfs => "tmpfs",
        MountType.NamedPipe => "npipe",
        _ => throw new TaskRejectedException($"invalid mount type: {type}"),
    };

    private static BindOptionsDocument Write(BindOptions bind) => new()
    {
        Propagation = bind.Propagation.OrNull(),
        NonRecursive = OrNull(bind.NonRecursive),
        CreateMountpoint = OrNull(bind.CreateMountpoint),
        ReadOnlyNonRecursive = OrNull(bind.ReadOnlyNonRecursive),
        ReadOnlyForceRecursive = OrNull(bind.ReadOnlyForceRecursive),
    };

    private static VolumeOptionsDocument Write(VolumeOptions volume) => new()
    {
        NoCopy = volume.NoCopy,
        Labels = volume.Labels.ToDocument(),
        DriverConfig = volume.Driver is { } driver ? new(driver.Name, driver.Options.ToDocument()) : null,
        Subpath = volume.Subpath.OrNull(),
    };

    private static TmpfsOptionsDocument Write(TmpfsOptions tmpfs) => new()
    {
        SizeBytes = tmpfs.SizeBytes.OrNull(),
        Mode = tmpfs.Mode == 0 ? null : tmpfs.Mode,
        Options = ReadOptions(tmpfs.Options),
    };

    // The swarm stores them as the JSON text of what the engine takes.
    private static string[][]? ReadOptions(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonSerializer.Deserialize(text, EngineJson.Wire.StringArrayArray);
        }
        catch (JsonException exception)
        {
            throw new TaskRejectedException($"invalid tmpfs options: {text}", exception);
        }
    }

    private static bool? OrNull(bool value) => value ? true : null;
}
