using Swarm.Execution;
using Swarm.Storage;

namespace Swarm.Orchestration;

/// <summary>Whether tasks still are what their service asks for; one instance per pass over its tasks.</summary>
internal sealed class DirtyCheck(Service service, ClusterView view)
{
    private static readonly EndpointSpec NoPorts = new();

    // Tasks of one version share one spec, so the deep comparison runs once per version instead of once per task.
    private TaskSpec? _compared;
    private Difference _difference;

    private enum Difference
    {
        None,
        Placement,
        RegistryAuth,
        Other,
    }

    public bool IsDirty(SwarmTask task)
    {
        if (task.SpecVersion == service.SpecVersion)
        {
            return false;
        }

        if (task.Endpoint is { } endpoint && (endpoint.Spec ?? NoPorts) != (service.Spec.Endpoint ?? NoPorts))
        {
            return true;
        }

        // Tasks that are processes listen where this label says.
        if (task.ServiceAnnotations.Labels[ServiceLabels.Expose] != service.Spec.Labels[ServiceLabels.Expose])
        {
            return true;
        }

        return DifferenceTo(task.Spec) switch
        {
            Difference.None => false,
            Difference.Placement => !StaysWhereItIs(task),
            Difference.RegistryAuth => !HasItsImage(task),
            _ => true,
        };
    }

    // Credentials only matter until the image has been pulled.
    private static bool HasItsImage(SwarmTask task) =>
        task is { DesiredState: <= TaskState.Running, Status.State: >= TaskState.Ready and <= TaskState.Running };

    private bool StaysWhereItIs(SwarmTask task) =>
        !task.NodeId.IsEmpty
        && view.Nodes.Find(task.NodeId.Value) is { } node
        && NodeEligibility.Matches(node, service.Spec.TaskTemplate.Placement);

    private Difference DifferenceTo(TaskSpec spec)
    {
        if (!ReferenceEquals(spec, _compared))
        {
            _compared = spec;
            _difference = Compare(Tagged(spec), Tagged(service.Spec.TaskTemplate));
        }

        return _difference;
    }

    // The docker command writes out the tag that is meant whenever it changes a service, whatever it changes.
    private static TaskSpec Tagged(TaskSpec spec) =>
        spec.Workload is ContainerSpec container && ImageReference.Tagged(container.Image) is var image
            && image != container.Image
            ? spec with { Workload = container with { Image = image } }
            : spec;

    private static Difference Compare(TaskSpec old, TaskSpec current)
    {
        if (old == current)
        {
            return Difference.None;
        }

        if (old with { Placement = current.Placement } == current)
        {
            return Difference.Placement;
        }

        return old.Workload is ContainerSpec was
            && current.Workload is ContainerSpec wanted
            && old with { Workload = was with { RegistryAuth = wanted.RegistryAuth } } == current
                ? Difference.RegistryAuth
                : Difference.Other;
    }
}
