using Swarm.Control;

namespace Swarm.Hosting.DockerApi;

/// <summary>Makes an event of a change in the store; tasks and the cluster have none.</summary>
internal static class SwarmEvents
{
    public static EngineEvent? Of(ObjectChange change, DateTimeOffset now)
    {
        var (type, attributes) = change.Current switch
        {
            Service service => ("service", OfService(service, change.Previous as Service)),
            Node node => ("node", OfNode(node, change.Previous as Node)),
            Secret secret => ("secret", Named(secret.Spec.Name)),
            Config config => ("config", Named(config.Spec.Name)),
            Network network => ("network", Named(network.Spec.Name)),
            _ => (null, default),
        };
        return type is not null && ActionOf(change.Change) is { } action
            ? new EngineEvent(type, action, change.Current.Key, attributes, change.TimeOr(now))
            {
                Actor = change.Actor,
            }
            : null;
    }

    private static string? ActionOf(ChangeKind kind) => kind switch
    {
        ChangeKind.Created => "create",
        ChangeKind.Updated => "update",
        ChangeKind.Removed => "remove",
        _ => null,
    };

    private static ValueDictionary<string> OfService(Service service, Service? previous)
    {
        var attributes = Named(service.Spec.Name);
        if (previous is null)
        {
            return attributes;
        }

        attributes = With(attributes, "image", ImageOf(previous), ImageOf(service));
        attributes = With(attributes, "replicas", ReplicasOf(previous), ReplicasOf(service));
        return With(
            attributes,
            "updatestate",
            RolloutText.Write(previous.RolloutStatus?.State ?? RolloutState.Unknown),
            RolloutText.Write(service.RolloutStatus?.State ?? RolloutState.Unknown));
    }

    private static ValueDictionary<string> OfNode(Node node, Node? previous)
    {
        var attributes = Named(
            node.Spec.Name.Length > 0 ? node.Spec.Name : node.Description?.Hostname ?? "");
        if (previous is null)
        {
            return attributes;
        }

        attributes = With(
            attributes,
            "availability",
            Lower(previous.Spec.Availability),
            Lower(node.Spec.Availability));
        attributes = With(attributes, "role", Lower(previous.Spec.DesiredRole), Lower(node.Spec.DesiredRole));
        attributes = With(attributes, "state", Lower(previous.Status.State), Lower(node.Status.State));
        return node.ManagerStatus is not { } status || previous.ManagerStatus is not { } old
            ? attributes
            : With(
                With(attributes, "leader", Lower(old.Leader), Lower(status.Leader)),
                "reachability",
                Lower(old.Reachability),
                Lower(status.Reachability));
    }

    private static ValueDictionary<string> Named(string name) => default(ValueDictionary<string>).With("name", name);

    // A rollout that has just begun has a new state and no old one.
    private static ValueDictionary<string> With(
        ValueDictionary<string> attributes,
        string field,
        string? before,
        string? after)
    {
        if (after is null || before == after)
        {
            return attributes;
        }

        var changed = attributes.With(field + ".new", after);
        return before is null ? changed : changed.With(field + ".old", before);
    }

    private static string? ImageOf(Service service) => (service.Spec.TaskTemplate.Workload as ContainerSpec)?.Image;

    private static string? ReplicasOf(Service service) => (service.Spec.Mode as ReplicatedMode)?.Replicas.ToString(
        System.Globalization.CultureInfo.InvariantCulture);

    private static string Lower<T>(T value)
        where T : notnull => value.ToString()!.ToLowerInvariant();
}
