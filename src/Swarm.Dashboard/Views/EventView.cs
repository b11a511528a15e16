namespace Swarm.Dashboard;

/// <summary>Says in words what a change did; null for changes that nobody waits to read about.</summary>
internal static class EventView
{
    public static EventDocument? Of(ObjectChange change, DateTimeOffset now)
    {
        var (kind, name, text) = change.Current switch
        {
            Service service => ("service", service.Spec.Name, Text(service, change.Previous as Service)),
            Node node => ("node", ObjectViews.NameOf(node), Text(node, change.Previous as Node)),
            SwarmTask task => ("task", NameOf(task), Text(task, change.Previous as SwarmTask)),
            Network network => ("network", network.Spec.Name, ""),
            Secret secret => ("secret", secret.Spec.Name, ""),
            Config config => ("config", config.Spec.Name, ""),
            _ => ("", "", null),
        };
        var action = change.Change switch
        {
            ChangeKind.Created => "create",
            ChangeKind.Removed => "remove",
            _ => "update",
        };

        // Tasks come and go with every change of a service; their states tell all of it.
        return text is null || (kind == "task" && action == "remove")
            ? null
            : new EventDocument(
                change.Version.Index,
                ObjectViews.Time(change.TimeOr(now)),
                kind,
                action,
                change.Current.Key,
                name,
                action == "remove" ? "" : text,
                ObjectViews.Text(change.Actor));
    }

    private static string NameOf(SwarmTask task) => task.Annotations.Name.Length > 0 ? task.Annotations.Name
        : task.Slot > 0 ? $"{task.ServiceAnnotations.Name}.{task.Slot}"
        : task.ServiceAnnotations.Name;

    private static string? Text(SwarmTask task, SwarmTask? previous) =>
        previous is null ? ""
        : task.Status.State == previous.Status.State && task.Status.Error == previous.Status.Error ? null
        : task.Status.Error.Length > 0
            ? $"{ObjectViews.Lower(task.Status.State)}: {ObjectViews.Short(task.Status.Error)}"
            : ObjectViews.Lower(task.Status.State);

    private static string? Text(Service service, Service? previous)
    {
        if (previous is null)
        {
            return "";
        }

        List<string> changes = [];
        if (Image(service) != Image(previous))
        {
            changes.Add($"image {Image(previous)} → {Image(service)}");
        }

        if (service.Spec.Mode != previous.Spec.Mode
            && (service.Spec.Mode, previous.Spec.Mode) is (ReplicatedMode now, ReplicatedMode before))
        {
            changes.Add($"replicas {before.Replicas} → {now.Replicas}");
        }

        if (service.RolloutStatus?.State is { } state && state != previous.RolloutStatus?.State)
        {
            changes.Add($"rollout {ObjectViews.Of(service).Rollout!.State.Replace('_', ' ')}");
        }

        return changes.Count > 0 ? string.Join(", ", changes)
            : service.Spec != previous.Spec ? "new spec" : null;
    }

    private static string? Text(Node node, Node? previous)
    {
        if (previous is null)
        {
            return "";
        }

        List<string> changes = [];
        Add(changes, "state", previous.Status.State, node.Status.State);
        Add(changes, "availability", previous.Spec.Availability, node.Spec.Availability);
        Add(changes, "role", previous.Role, node.Role);
        if (node.Spec.Labels != previous.Spec.Labels)
        {
            changes.Add("new labels");
        }

        return changes.Count > 0 ? string.Join(", ", changes) : null;
    }

    private static void Add<T>(List<string> changes, string what, T before, T after)
        where T : struct, Enum
    {
        if (!EqualityComparer<T>.Default.Equals(before, after))
        {
            changes.Add($"{what} {ObjectViews.Lower(before)} → {ObjectViews.Lower(after)}");
        }
    }

    private static string Image(Service service) =>
        (service.Spec.TaskTemplate.Workload as ContainerSpec)?.Image ?? "";
}
