using Swarm.Storage;

namespace Swarm.Scheduling;

/// <summary>Asks for cluster volumes to be published where a task that was given them is to run.</summary>
internal static class VolumePublication
{
    /// <summary>False, with nothing written, when one of the volumes must not be used any more.</summary>
    public static bool TryBegin(StoreTransaction transaction, ValueList<VolumeAttachment> attachments, NodeId node)
    {
        foreach (var attachment in attachments)
        {
            if (transaction.Volumes.Find(attachment.Id.Value) is not
                { PendingDelete: false, Spec.Availability: NodeAvailability.Active })
            {
                return false;
            }
        }

        foreach (var attachment in attachments)
        {
            Publish(transaction, transaction.Volumes.Find(attachment.Id.Value)!, node);
        }

        return true;
    }

    // Where it is published, or is going to be, nothing has to be done; where it is on its way out, it turns round.
    private static void Publish(StoreTransaction transaction, Volume volume, NodeId node)
    {
        if (volume.PublishStatus.Any(status => status.NodeId == node
            && status.State is VolumePublishState.PendingPublish or VolumePublishState.Published))
        {
            return;
        }

        var others = volume.PublishStatus.Where(status => status.NodeId != node);
        var status = new VolumePublishStatus(node, VolumePublishState.PendingPublish);
        transaction.Update(volume with { PublishStatus = [.. others, status] });
    }
}
