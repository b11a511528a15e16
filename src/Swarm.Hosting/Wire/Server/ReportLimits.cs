namespace Swarm.Hosting.Wire.Server;

/// <summary>Refuses reports of nodes that would fill the store.</summary>
internal static class ReportLimits
{
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.InvalidArgument"/>.</exception>
    public static void Require(Protos.SessionRequest request)
    {
        if (request.Description?.CalculateSize() is > WireLimits.MaxDescription and var size)
        {
            throw SwarmException.InvalidArgument(
                $"the description of the node has {size} bytes, more than the {WireLimits.MaxDescription} allowed; "
                + "look at its labels and plugins");
        }
    }

    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.InvalidArgument"/>.</exception>
    public static void Require(Protos.UpdateTaskStatusRequest request)
    {
        foreach (var update in request.Updates)
        {
            if (update.Status is { } status && SizeWithoutTexts(status) is > WireLimits.MaxStatus and var size)
            {
                throw SwarmException.InvalidArgument(
                    $"the status of task {update.TaskId} has {size} bytes, more than the {WireLimits.MaxStatus} allowed");
            }
        }
    }

    private static int SizeWithoutTexts(Protos.TaskStatus status)
    {
        if (status.CalculateSize() is var size && size <= WireLimits.MaxStatus)
        {
            return size;
        }

        var rest = status.Clone();
        (rest.Message, rest.Err) = ("", "");
        return rest.CalculateSize();
    }
}
