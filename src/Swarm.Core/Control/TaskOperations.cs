using Swarm.Execution;
using Swarm.Orchestration;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>Tasks, for callers on the leader.</summary>
internal sealed class TaskOperations(ClusterStore store, LogReader logs) : ITaskOperations
{
    public Task<SwarmTask> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        Task.FromResult(Redaction.Of(References.Task(store.Current, reference)));

    public IAsyncEnumerable<SwarmTask> ListAsync(
        TaskQuery? query = null,
        CancellationToken cancellationToken = default) =>
        Select(store.Current, query ?? new TaskQuery()).Select(Redaction.Of).ToAsyncEnumerable();

    public Task<TaskExplanation> ExplainAsync(string reference, CancellationToken cancellationToken = default)
    {
        var view = store.Current;
        return Task.FromResult(TaskReasons.Explain(view, References.Task(view, reference)));
    }

    public IAsyncEnumerable<TaskLogLine> ReadLogsAsync(
        TaskId id,
        LogOptions? options = null,
        CancellationToken cancellationToken = default) =>
        store.Current.Tasks.Find(id.ToString()) is not { } task
            ? throw SwarmException.NotFound($"task {id} not found")
            : logs(task.ServiceId, id, options ?? LogOptions.All, cancellationToken);

    private IEnumerable<SwarmTask> Select(ClusterView view, TaskQuery query)
    {
        var candidates = query switch
        {
            { ServiceId: { } service } => view.Tasks.OfService(service),
            { NodeId: { } node } => view.Tasks.OnNode(node),
            { DesiredState: { } state } => view.Tasks.WithDesiredState(state),
            _ => view.Tasks,
        };
        return candidates.Where(task =>
            (query.NodeId is null || task.NodeId == query.NodeId)
            && (query.DesiredState is null || task.DesiredState == query.DesiredState)
            && (query.UpToDate is null || Matches(view, task, query.UpToDate.Value)));
    }

    // A task without a service has nothing to be up to date with.
    private static bool Matches(ClusterView view, SwarmTask task, bool upToDate) =>
        view.Services.Find(task.ServiceId.ToString()) is { } service
        && new DirtyCheck(service, view).IsDirty(task) != upToDate;
}
