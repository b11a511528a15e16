namespace Swarm.Orchestration;

/// <summary>Finds tasks that their node could not be given any more: its labels or resources have changed.</summary>
internal static class PlacementCheck
{
    /// <summary>Walks the tasks of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="tasks">Its tasks.</param>
    /// <param name="placementOf">Where a task may run by now.</param>
    public static List<TaskId> FindMisplaced(
        Node node,
        IEnumerable<SwarmTask> tasks,
        Func<SwarmTask, Placement?> placementOf)
    {
        var misplaced = new List<TaskId>();
        if (node.Spec.Availability != NodeAvailability.Active)
        {
            return misplaced;
        }

        var free = node.Description is { } description ? new FreeResources(description.Resources) : null;
        foreach (var task in tasks.Where(IsHeld))
        {
            if (!NodeEligibility.Matches(node, placementOf(task)))
            {
                misplaced.Add(task.Id);
                continue;
            }

            var fit = free?.TryClaim(task) ?? ResourceFit.Fits;
            if (fit != ResourceFit.Fits)
            {
                misplaced.Add(task.Id);
            }

            // What a vanished resource means for the tasks after this one is only known once this one is gone.
            if (fit == ResourceFit.GenericMissing)
            {
                break;
            }
        }

        return misplaced;
    }

    public static bool IsHeld(SwarmTask task) =>
        task.DesiredState is >= TaskState.Assigned and <= TaskState.Complete
        && task.Status.State < TaskState.Complete;
}
