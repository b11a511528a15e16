namespace Swarm.Hosting.DockerApi;

/// <summary>Which tasks a client wants; a single service, node or state is left to the store's indexes.</summary>
internal sealed class TaskFilter
{
    private readonly DockerFilters _filters;
    private readonly HashSet<ServiceId> _services;
    private readonly HashSet<NodeId> _nodes;
    private readonly HashSet<TaskState> _states;

    private TaskFilter(
        DockerFilters filters,
        HashSet<ServiceId> services,
        HashSet<NodeId> nodes,
        HashSet<TaskState> states)
    {
        _filters = filters;
        _services = services;
        _nodes = nodes;
        _states = states;
        Query = new TaskQuery(
            services.Count == 1 ? services.Single() : null,
            nodes.Count == 1 ? nodes.Single() : null,
            states.Count == 1 ? states.Single() : null,
            filters.Has("_up-to-date") ? true : null);
    }

    public TaskQuery Query { get; }

    /// <summary>Finds the services and nodes that the filters name.</summary>
    /// <exception cref="DockerApiException">Status 404 for an unknown one, 400 for an unknown state.</exception>
    public static async Task<TaskFilter> ResolveAsync(DockerFilters filters, DockerCall call)
    {
        var services = new HashSet<ServiceId>();
        foreach (var reference in filters["service"])
        {
            services.Add((await Lookups.FindServiceAsync(call, reference)).Id);
        }

        var nodes = new HashSet<NodeId>();
        foreach (var reference in filters["node"])
        {
            nodes.Add((await Lookups.FindNodeAsync(call, reference)).Id);
        }

        return new TaskFilter(filters, services, nodes, [.. filters["desired-state"].Select(TaskStateText.Read)]);
    }

    public bool Matches(SwarmTask task) =>
        (_services.Count == 0 || _services.Contains(task.ServiceId))
        && (_nodes.Count == 0 || _nodes.Contains(task.NodeId))
        && (_states.Count == 0 || _states.Contains(task.DesiredState))
        && _filters.MatchesPrefix("id", task.Id.Value)
        && _filters.MatchesPrefix("name", task.Name)
        && _filters.MatchesLabels("label", task.ServiceAnnotations.Labels)
        && ServiceFilter.MatchesRuntime(_filters, task.Spec.Workload);
}
