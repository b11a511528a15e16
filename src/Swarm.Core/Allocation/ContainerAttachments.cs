using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Allocation;

/// <summary>
/// Lets containers that are no tasks take part in attachable networks. Each attachment is a task without a service on
/// the container's node; the addresses come to the node with it.
/// </summary>
internal sealed class ContainerAttachments(ClusterStore store, IIdGenerator ids)
{
    /// <summary>Attaches a container.</summary>
    /// <param name="node">The node it runs on.</param>
    /// <param name="containerId">The container.</param>
    /// <param name="wanted">The network by id or name, and the addresses it asks for.</param>
    /// <param name="cancellationToken">Ends the wait, not the attachment.</param>
    /// <returns>The attachment.</returns>
    /// <exception cref="SwarmException">There is no such network, or it is not attachable.</exception>
    public async Task<TaskId> AttachAsync(
        NodeId node,
        string containerId,
        NetworkAttachmentSpec wanted,
        CancellationToken cancellationToken)
    {
        TaskId id = new(ids.Next());
        await store.UpdateAsync(
            transaction =>
            {
                var network = transaction.Networks.Find(wanted.Target)
                    ?? transaction.Networks.FindByName(wanted.Target)
                    ?? throw SwarmException.NotFound($"network {wanted.Target} not found");
                if (!network.Spec.Attachable)
                {
                    throw new SwarmException(
                        SwarmErrorCode.PermissionDenied,
                        $"network {wanted.Target} not manually attachable");
                }

                transaction.Create(new SwarmTask
                {
                    Id = id,
                    NodeId = node,
                    Spec = new()
                    {
                        Workload = new AttachmentSpec(containerId),
                        Networks = [new() { Target = network.Id.Value, Addresses = wanted.Addresses }],
                    },
                    Status = SwarmTaskStatus.New with { Timestamp = transaction.Now, Message = "created" },
                    DesiredState = TaskState.Running,
                });
            },
            cancellationToken);
        return id;
    }

    /// <summary>Takes an attachment back.</summary>
    /// <exception cref="SwarmException">There is no such attachment, or it is another node's.</exception>
    public async Task DetachAsync(NodeId node, TaskId attachment, CancellationToken cancellationToken) =>
        await store.UpdateAsync(
            transaction =>
            {
                if (attachment.IsEmpty)
                {
                    throw SwarmException.InvalidArgument("invalid argument");
                }

                if (transaction.Tasks.Find(attachment) is not { Spec.Workload: AttachmentSpec } task)
                {
                    throw SwarmException.NotFound($"attachment {attachment} not found");
                }

                if (task.NodeId != node)
                {
                    throw new SwarmException(
                        SwarmErrorCode.PermissionDenied,
                        $"attachment {attachment} doesn't belong to this node");
                }

                transaction.Remove(task);
            },
            cancellationToken);
}
