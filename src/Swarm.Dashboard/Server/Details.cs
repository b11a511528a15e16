using Swarm.Control;
using Swarm.Orchestration;
using Swarm.Storage;

namespace Swarm.Dashboard;

/// <summary>Makes documents of what the drawer shows of one object.</summary>
internal static class Details
{
    private const int MaxHistory = 50;

    public static TaskDetailDocument? OfTask(ClusterView view, string id, DashboardOptions options)
    {
        if (view.Tasks.Find(id) is not { } task)
        {
            return null;
        }

        var explanation = TaskReasons.Explain(view, task);
        return new TaskDetailDocument(
            ObjectViews.Of(task, image: null),
            ObjectViews.Lower(explanation.Cause),
            explanation.Text,
            ObjectViews.Text(task.Status.Container?.ContainerId),
            task.Status.Container?.Pid ?? 0,
            ObjectViews.Strings(task.Networks.SelectMany(network => network.Addresses.Select(address =>
                $"{address} on {network.Network.Spec.Name}"))),
            ObjectViews.Ports(task.Status.Ports),
            WorkloadView.Of(task.Spec, options.ShowEnvironment),
            [.. History(view, task)
                .OrderByDescending(other => other.CreatedAt)
                .Take(MaxHistory)
                .Select(other => ObjectViews.Of(other, image: null))]);
    }

    public static ServiceDetailDocument? OfService(ClusterView view, string id, DashboardOptions options) =>
        view.Services.Find(id) is not { } service ? null : new ServiceDetailDocument(
            ObjectViews.Of(service),
            WorkloadView.Of(service.Spec.TaskTemplate, options.ShowEnvironment),
            service.Spec.Mode.IsJob ? null : WorkloadView.Update(service.Spec.Update ?? UpdatePolicy.Default),
            ObjectViews.Strings((service.Endpoint?.VirtualAddresses ?? []).Select(address =>
                view.Networks.Find(address.NetworkId.Value) is { } network
                    ? $"{address.Address} on {network.Spec.Name}"
                    : address.Address)));

    private static IEnumerable<SwarmTask> History(ClusterView view, SwarmTask task) =>
        view.Services.Find(task.ServiceId.ToString()) is { } service
            ? SlotKey.Of(task, service).TasksIn(view)
            : [task];
}
