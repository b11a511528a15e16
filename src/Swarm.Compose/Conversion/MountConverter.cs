using Swarm.Compose.Loading;
using Swarm.Compose.Shapes;
using Swarm.Compose.Values;

namespace Swarm.Compose.Conversion;

/// <summary>The mounts of a service.</summary>
internal sealed class MountConverter(StackModel model, StackNamespace scope)
{

    /// <exception cref="StackFileException">A mount is not possible; the message is Docker's.</exception>
    public MountDocument Convert(StackRecord mount) => mount.Text("type") switch
    {
        "volume" or "" => OfVolume(mount),
        "bind" => OfPath(mount, "bind"),
        "npipe" => OfPath(mount, "npipe"),
        "tmpfs" => OfTmpfs(mount),
        "image" => OfImage(mount),
        "cluster" => OfCluster(mount),
        _ => throw Fail(mount, "volume type must be volume, bind, tmpfs, npipe, or cluster"),
    };

    private static StackFileException Fail(StackRecord mount, string message) => new(message, mount.Mark);

    private static MountDocument Plain(StackRecord mount) => new()
    {
        Type = mount.Text("type"),
        Source = mount.Text("source"),
        Target = mount.Text("target"),
        ReadOnly = mount.Flag("read_only"),
        Consistency = mount.Text("consistency"),
    };

    private static void RefuseOptions(StackRecord mount, string type, params ReadOnlySpan<string> sections)
    {
        foreach (var section in sections)
        {
            if (mount.OptionalChild(section) is not null)
            {
                var shown = section == "image" && type == "volume" ? "images" : section;
                throw Fail(mount, $"{shown} options are incompatible with type {type}");
            }
        }
    }

    private static void RequireSource(StackRecord mount, string type)
    {
        if (mount.Text("source").Length == 0)
        {
            throw Fail(mount, $"invalid {type} source, source cannot be empty");
        }
    }

    private MountDocument OfVolume(StackRecord mount)
    {
        RefuseOptions(mount, "volume", "image", "tmpfs", "bind", "cluster");
        var source = mount.Text("source");
        if (source.Length == 0)
        {
            return Plain(mount);
        }

        var volume = Find(mount, source);
        var own = mount.OptionalChild("volume");
        var options = new VolumeDocument
        {
            NoCopy = own?.Flag("nocopy") ?? false,
            Subpath = own?.Text("subpath") ?? "",
        };
        var isExternal = volume.Child("external").Flag("external");
        return Plain(mount) with
        {
            Source = NameOf(volume, source),
            VolumeOptions = isExternal ? options : options with
            {
                Labels = scope.Mark(volume.Map("labels")),
                DriverConfig = volume.Text("driver").Length > 0 || volume.Map("driver_opts") is not null
                    ? new(volume.Text("driver"), StackNamespace.Plain(volume.Map("driver_opts")))
                    : null,
            },
        };
    }

    private static MountDocument OfPath(StackRecord mount, string type)
    {
        RequireSource(mount, type);
        RefuseOptions(mount, type, type == "bind" ? ["volume", "image", "tmpfs", "cluster"]
            : ["volume", "image", "tmpfs"]);
        return Plain(mount) with
        {
            BindOptions = mount.OptionalChild("bind") is { } bind ? new(bind.Text("propagation")) : null,
        };
    }

    private static MountDocument OfTmpfs(StackRecord mount)
    {
        if (mount.Text("source").Length > 0)
        {
            throw Fail(mount, "invalid tmpfs source, source must be empty");
        }

        RefuseOptions(mount, "tmpfs", "bind", "volume", "image", "cluster");
        return Plain(mount) with
        {
            TmpfsOptions = mount.OptionalChild("tmpfs") is { } tmpfs ? new(tmpfs.Integer("size")) : null,
        };
    }

    private static MountDocument OfImage(StackRecord mount)
    {
        RequireSource(mount, "image");
        RefuseOptions(mount, "image", "volume", "bind", "tmpfs", "cluster");
        return Plain(mount) with
        {
            ImageOptions = mount.OptionalChild("image") is { } image ? new(image.Text("subpath")) : null,
        };
    }

    private MountDocument OfCluster(StackRecord mount)
    {
        RequireSource(mount, "cluster");
        RefuseOptions(mount, "cluster", "tmpfs", "bind", "volume");
        var source = mount.Text("source");
        return Plain(mount) with
        {
            // A group of volumes is not of this stack.
            Source = source.StartsWith("group:", StringComparison.Ordinal) ? source
                : NameOf(Find(mount, source), source),
            ClusterOptions = new(),
        };
    }

    private StackRecord Find(StackRecord mount, string source) =>
        model.Volumes.GetValueOrDefault(source) ?? throw Fail(mount, $"undefined volume {GoText.Quote(source)}");

    private string NameOf(StackRecord volume, string key) =>
        volume.Text("name") is { Length: > 0 } name ? name : scope.Scope(key);
}
