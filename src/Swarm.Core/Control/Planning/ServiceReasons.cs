using System.Globalization;
using Swarm.Orchestration;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>Says of any service why it is not as it should be.</summary>
internal static class ServiceReasons
{
    private const int MaxWaiting = 100;
    private const int MaxFailures = 5;

    public static ServiceExplanation Explain(ClusterView view, Service service)
    {
        var tasks = view.Tasks.OfService(service.Id).ToArray();
        var waiting = tasks
            .Where(task => TaskGoal.IsWanted(task) && task.Status.State < TaskState.Running)
            .OrderBy(task => task.Slot)
            .ThenBy(task => task.NodeId.Value, StringComparer.Ordinal)
            .ToArray();
        var shown = waiting.Take(MaxWaiting).Select(task => TaskReasons.Explain(view, task)).ToValueList();
        var (running, desired) = ServiceCounts.ProgressOf(view, service);
        var failures = FailuresOf(view, tasks);
        return new ServiceExplanation
        {
            Service = service.Id,
            Name = service.Spec.Name,
            Running = running,
            Desired = desired,
            Rollout = service.RolloutStatus,
            Text = Summary(service, running, desired, shown, failures),
            Waiting = shown,
            More = waiting.Length - shown.Count,
            Failures = failures,
        };
    }

    private static ValueList<TaskExplanation> FailuresOf(ClusterView view, IEnumerable<SwarmTask> tasks) => tasks
        .Where(task => task.Status.State is TaskState.Failed or TaskState.Rejected)
        .OrderByDescending(task => task.Status.AppliedAt ?? task.Status.Timestamp)
        .DistinctBy(task => task.Status.Error, StringComparer.Ordinal)
        .Take(MaxFailures)
        .Select(task => TaskReasons.Explain(view, task))
        .ToValueList();

    private static string Summary(
        Service service,
        long running,
        long desired,
        ValueList<TaskExplanation> waiting,
        ValueList<TaskExplanation> failures)
    {
        var isJob = service.Spec.Mode.IsJob;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{running} of {desired} tasks {(isJob ? "have completed" : "run")}");
        if (desired == 0 && service.Spec.Mode is GlobalMode or GlobalJobMode)
        {
            text += ": no node may run it";
        }

        if (service.RolloutStatus is { State: not RolloutState.Completed, Message: { Length: > 0 } message })
        {
            text += $"; {message}";
        }

        // Between the end of a task and its replacement nothing waits, and the end is the reason.
        if (waiting.IsEmpty && running < desired && !failures.IsEmpty)
        {
            return $"{text}; {failures[0].Text}";
        }

        // What most of those that wait have in common.
        var common = waiting.CountBy(task => task.Text).OrderByDescending(reason => reason.Value).FirstOrDefault();
        return common.Key is { } reason ? $"{text}; {reason}" : text;
    }
}
