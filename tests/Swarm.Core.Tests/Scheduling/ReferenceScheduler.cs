using Swarm.Scheduling;

namespace Swarm.Core.Tests.Scheduling;

/// <summary>The rules of placement as plain as can be: one task at a time, everything counted anew.</summary>
internal sealed class ReferenceScheduler(IReadOnlyList<Node> nodes, IEnumerable<SwarmTask> running)
{
    private readonly List<SwarmTask> _running = [.. running];

    /// <summary>Failures by node id, of the only revision that has any.</summary>
    public Dictionary<string, int> Failures { get; init; } = [];

    public ServiceRevision FailingRevision { get; init; }

    public Dictionary<TaskId, NodeId> Place(IEnumerable<SwarmTask> pending)
    {
        var placed = new Dictionary<TaskId, NodeId>();
        foreach (var task in pending.GroupBy(ServiceRevision.Of).SelectMany(group => group))
        {
            if (Best(task, nodes, [.. task.Spec.Placement?.Preferences ?? default]) is { } node)
            {
                placed.Add(task.Id, node.Id);
                _running.Add(task with { NodeId = node.Id, Status = new() { State = TaskState.Assigned } });
            }
        }

        return placed;
    }

    private Node? Best(SwarmTask task, IReadOnlyList<Node> among, PlacementPreference[] preferences)
    {
        if (preferences.Length == 0)
        {
            return among.Where(node => Fits(task, node)).OrderBy(node => Failing(task, node))
                .ThenBy(node => OfService(task, node))
                .ThenBy(node => On(node).Count(IsActive))
                .ThenBy(node => node.Id.Value, StringComparer.Ordinal)
                .FirstOrDefault();
        }

        var label = preferences[0].SpreadDescriptor["node.labels.".Length..];
        return among.GroupBy(node => node.Spec.Labels[label] ?? "")
            .OrderBy(branch => branch.Sum(node => OfService(task, node)))
            .ThenBy(branch => branch.Key, StringComparer.Ordinal)
            .Select(branch => Best(task, [.. branch], preferences[1..]))
            .FirstOrDefault(node => node is not null);
    }

    private int Failing(SwarmTask task, Node node) =>
        ServiceRevision.Of(task) == FailingRevision && Failures.GetValueOrDefault(node.Id.Value) is >= 5 and var count
            ? count
            : 0;

    private bool Fits(SwarmTask task, Node node)
    {
        return node.Status.State == NodeState.Ready
            && node.Spec.Availability == NodeAvailability.Active
            && HasRoom(task.Spec.Resources!.Reservations!, node)
            && (task.Spec.Placement?.Constraints ?? default).All(text => ConstraintExpression.Parse(text).Matches(node))
            && !Ports(task).Intersect(On(node).SelectMany(Ports)).Any()
            && (task.Spec.Placement is not { MaxReplicas: > 0 and var limit } || (ulong)OfService(task, node) < limit);
    }

    private bool HasRoom(NodeResources wanted, Node node)
    {
        var used = On(node).Select(other => other.Spec.Resources!.Reservations!).ToList();
        return wanted is { NanoCpus: 0, MemoryBytes: 0 }
            || (wanted.NanoCpus <= node.Description!.Resources.NanoCpus - used.Sum(other => other.NanoCpus)
                && wanted.MemoryBytes <= node.Description.Resources.MemoryBytes - used.Sum(other => other.MemoryBytes));
    }

    private IEnumerable<SwarmTask> On(Node node) => _running.Where(task =>
        task.NodeId == node.Id && task.Status.State is >= TaskState.Assigned and <= TaskState.Running);

    private int OfService(SwarmTask task, Node node) =>
        On(node).Count(other => IsActive(other) && other.ServiceId == task.ServiceId);

    private static bool IsActive(SwarmTask task) => task.DesiredState <= TaskState.Complete;

    private static IEnumerable<(PortProtocol, int)> Ports(SwarmTask task) =>
        (task.Endpoint?.Ports ?? default).Select(port => (port.Protocol, port.PublishedPort));
}
