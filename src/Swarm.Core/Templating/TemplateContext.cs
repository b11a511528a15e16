using System.Globalization;

namespace Swarm.Templating;

/// <summary>What a template in a container spec may say of its service, node and task.</summary>
public sealed record TemplateContext
{
    /// <summary>Stands for any task, so that a service's templates can be tried before there is one.</summary>
    public static TemplateContext Dummy { get; } = new()
    {
        ServiceId = "serviceid",
        ServiceName = "servicename",
        NodeId = "nodeid",
        NodeHostname = "hostname",
        NodePlatform = new Platform("x86_64", "linux"),
        TaskId = "taskid",
        TaskName = "taskname",
        TaskSlot = "1",
    };

    /// <summary><c>.Service.ID</c>.</summary>
    public string ServiceId { get; init; } = "";

    /// <summary><c>.Service.Name</c>.</summary>
    public string ServiceName { get; init; } = "";

    /// <summary><c>.Service.Labels</c>.</summary>
    public ValueDictionary<string> ServiceLabels { get; init; }

    /// <summary><c>.Node.ID</c>.</summary>
    public string NodeId { get; init; } = "";

    /// <summary><c>.Node.Hostname</c>.</summary>
    public string NodeHostname { get; init; } = "";

    /// <summary><c>.Node.Platform</c>.</summary>
    public Platform NodePlatform { get; init; } = new();

    /// <summary><c>.Task.ID</c>.</summary>
    public string TaskId { get; init; } = "";

    /// <summary><c>.Task.Name</c>.</summary>
    public string TaskName { get; init; } = "";

    /// <summary><c>.Task.Slot</c>: the slot's number, or the node's id for tasks without a slot.</summary>
    public string TaskSlot { get; init; } = "";

    /// <summary>The context of a task on the node that runs it.</summary>
    /// <param name="task">The task.</param>
    /// <param name="nodeId">Id of the node.</param>
    /// <param name="node">The node's own description.</param>
    /// <returns>The context.</returns>
    public static TemplateContext ForTask(SwarmTask task, NodeId nodeId, NodeDescription node)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(node);
        return new()
        {
            ServiceId = task.ServiceId.ToString(),
            ServiceName = task.ServiceAnnotations.Name,
            ServiceLabels = task.ServiceAnnotations.Labels,
            NodeId = nodeId.ToString(),
            NodeHostname = node.Hostname,
            NodePlatform = node.Platform,
            TaskId = task.Id.ToString(),
            TaskName = task.Name,
            TaskSlot = task.Slot != 0 ? task.Slot.ToString(CultureInfo.InvariantCulture) : nodeId.ToString(),
        };
    }
}
