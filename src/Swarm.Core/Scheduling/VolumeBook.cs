using Swarm.Storage;

namespace Swarm.Scheduling;

/// <summary>The cluster volumes that can be given out, and which tasks have them on which nodes.</summary>
/// <remarks>A mount names a volume, or any member of a group as <c>group:NAME</c>.</remarks>
internal sealed class VolumeBook
{
    private const string GroupPrefix = "group:";

    private readonly Dictionary<string, Volume> _volumes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> _bySource = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Use>> _uses = new(StringComparer.Ordinal);
    private readonly Dictionary<TaskId, ValueList<VolumeAttachment>> _tasks = [];

    /// <summary>What the store shows: all volumes, and what tasks have of them, but for those about to leave.</summary>
    public static VolumeBook Of(ClusterView view, IReadOnlySet<TaskId> leaving)
    {
        var book = new VolumeBook();
        foreach (var volume in view.Volumes)
        {
            book.Set(volume);
        }

        foreach (var task in view.Tasks)
        {
            if (!task.Volumes.IsEmpty && TaskUse.Occupies(task) && !leaving.Contains(task.Id))
            {
                book.Take(task, task.NodeId, task.Volumes);
            }
        }

        return book;
    }

    public static bool IsWantedBy(SwarmTask task)
    {
        if (task.Spec.Workload is not ContainerSpec { Mounts: var mounts })
        {
            return false;
        }

        foreach (var mount in mounts)
        {
            if (mount.Type == MountType.Cluster)
            {
                return true;
            }
        }

        return false;
    }

    public static IEnumerable<Mount> MountsOf(SwarmTask task) => task.Spec.Workload is ContainerSpec container
        ? container.Mounts.Where(mount => mount.Type == MountType.Cluster)
        : [];

    /// <summary>Adds or replaces a volume. One that its plugin has not made yet is nobody's.</summary>
    public void Set(Volume volume)
    {
        Remove(volume.Id);
        if (volume is { PendingDelete: false, Info.PluginVolumeId.Length: > 0 })
        {
            _volumes.Add(volume.Id.Value, volume);
            foreach (var source in SourcesOf(volume))
            {
                if (!_bySource.TryGetValue(source, out var ids))
                {
                    _bySource.Add(source, ids = new SortedSet<string>(StringComparer.Ordinal));
                }

                ids.Add(volume.Id.Value);
            }
        }
    }

    public void Remove(VolumeId id)
    {
        if (!_volumes.Remove(id.Value, out var volume))
        {
            return;
        }

        foreach (var source in SourcesOf(volume))
        {
            if (_bySource.TryGetValue(source, out var ids) && ids.Remove(id.Value) && ids.Count == 0)
            {
                _bySource.Remove(source);
            }
        }
    }

    /// <summary>Finds a volume for every mount; false when one of them goes without.</summary>
    public bool TryChoose(IEnumerable<Mount> mounts, Node node, out ValueList<VolumeAttachment> chosen)
    {
        var attachments = new List<VolumeAttachment>();
        foreach (var mount in mounts)
        {
            if (Find(mount, node, attachments) is not { } volume)
            {
                chosen = default;
                return false;
            }

            attachments.Add(new VolumeAttachment(volume.Id, mount.Source, mount.Target));
        }

        chosen = [.. attachments];
        return true;
    }

    public void Take(SwarmTask task, NodeId node, ValueList<VolumeAttachment> volumes)
    {
        if (volumes.IsEmpty || !_tasks.TryAdd(task.Id, volumes))
        {
            return;
        }

        foreach (var volume in volumes)
        {
            if (!_uses.TryGetValue(volume.Id.Value, out var uses))
            {
                _uses.Add(volume.Id.Value, uses = []);
            }

            var writes = !MountsOf(task).Any(mount =>
                mount.ReadOnly && mount.Source == volume.Source && mount.Target == volume.Target);
            uses.Add(new Use(task.Id, node, writes));
        }
    }

    /// <summary>Takes back what a task has; false when it has none.</summary>
    public bool Return(TaskId task)
    {
        if (_tasks.Count == 0 || !_tasks.Remove(task, out var volumes))
        {
            return false;
        }

        foreach (var volume in volumes)
        {
            if (_uses.TryGetValue(volume.Id.Value, out var uses) && uses.RemoveAll(use => use.Task == task) > 0
                && uses.Count == 0)
            {
                _uses.Remove(volume.Id.Value);
            }
        }

        return true;
    }

    private static string[] SourcesOf(Volume volume) => volume.Spec.Group.Length == 0
        ? [volume.Spec.Name]
        : [volume.Spec.Name, GroupPrefix + volume.Spec.Group];

    // Two mounts of a group are two volumes; two mounts of a name are the same one twice.
    private Volume? Find(Mount mount, Node node, List<VolumeAttachment> chosen)
    {
        var isGroup = mount.Source.StartsWith(GroupPrefix, StringComparison.Ordinal);
        foreach (var id in _bySource.GetValueOrDefault(mount.Source) ?? [])
        {
            var volume = _volumes[id];
            if (IsUsable(volume, node, mount.ReadOnly)
                && !(isGroup && chosen.Exists(attachment => attachment.Id == volume.Id)))
            {
                return volume;
            }
        }

        return null;
    }

    private bool IsUsable(Volume volume, Node node, bool readOnly)
    {
        var mode = volume.Spec.AccessMode ?? new VolumeAccessMode();
        var uses = _uses.GetValueOrDefault(volume.Id.Value) ?? [];
        return volume.Spec.Availability == NodeAvailability.Active
            && (mode.Scope == VolumeScope.MultiNode || uses.TrueForAll(use => use.Node == node.Id))
            && mode.Sharing switch
            {
                VolumeSharing.None => uses.Count == 0,
                VolumeSharing.ReadOnly => readOnly,
                VolumeSharing.OneWriter => readOnly || !uses.Exists(use => use.Writes),
                _ => true,
            }
            && IsReachable(volume, node);
    }

    // Whoever says nothing of places is anywhere.
    private static bool IsReachable(Volume volume, Node node)
    {
        var places = volume.Info!.AccessibleTopology;
        var plugins = node.Description?.Csi ?? default;
        var here = plugins.FirstOrDefault(plugin => plugin.PluginName == volume.Spec.Driver?.Name)?.AccessibleTopology;
        return places.IsEmpty
            || here is null
            || places.Any(place => place.Segments.All(part => here.Segments[part.Key] == part.Value));
    }

    private readonly record struct Use(TaskId Task, NodeId Node, bool Writes);
}
