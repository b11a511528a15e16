namespace Swarm.Hosting.Nodes;

/// <summary>Docker's words for what this node cannot do as things are; it calls nearly all "unavailable".</summary>
internal static class NodeErrors
{
    public static SwarmException NotInSwarm() => Unavailable(
        "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to "
        + "swarm and try again.");

    public static SwarmException Worker() => Unavailable(
        "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this "
        + "command on a manager node or promote the current node to a manager.");

    public static SwarmException ManagerNotReady() => Unavailable(
        "This node is not a swarm manager. Manager is being prepared or has trouble connecting to the cluster.");

    public static SwarmException Locked() => Unavailable(
        "Swarm is encrypted and needs to be unlocked before it can be used. Please use \"docker swarm unlock\" to "
        + "unlock it.");

    public static SwarmException CertificatesExpired() => Unavailable(
        "Swarm certificates have expired. To replace them, leave the swarm and join again.");

    public static SwarmException AlreadyInSwarm() => Unavailable(
        "This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and join another one.");

    public static SwarmException NothingToLeave() => Unavailable("This node is not part of a swarm");

    public static SwarmException JoinTimedOut() => Unavailable(
        "Timeout was reached before node joined. The attempt to join the swarm will continue in the background. Use "
        + "the \"docker info\" command to see the current swarm status of your node.");

    public static SwarmException InvalidJoinToken() => SwarmException.InvalidArgument("invalid join token");

    public static SwarmException InvalidUnlockKeyText() => SwarmException.InvalidArgument("invalid key string");

    public static SwarmException WrongUnlockKey() => new(
        SwarmErrorCode.PermissionDenied, "swarm could not be unlocked: invalid key provided");

    public static SwarmException LeaveWhileLocked() => Unavailable(
        "Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message.");

    /// <summary>Why a manager does not leave without force.</summary>
    /// <param name="isActive">This manager works; false means it has lost its quorum or is starting.</param>
    /// <param name="reachable">Managers that are reached, this one included.</param>
    /// <param name="unreachable">Managers that are not.</param>
    public static SwarmException LeaveAsManager(bool isActive, int reachable, int unreachable)
    {
        const string Start =
            "You are attempting to leave the swarm on a node that is participating as a manager. ";
        const string End =
            "The only way to restore a swarm that has lost consensus is to reinitialize it with `--force-new-cluster`. "
            + "Use `--force` to suppress this message.";
        if (!isActive)
        {
            return Unavailable($"{Start}Doing so may lose the consensus of your cluster. {End}");
        }

        if (reachable == 1 && unreachable == 0)
        {
            return Unavailable(
                $"{Start}Removing the last manager erases all current state of the swarm. Use `--force` to ignore this "
                + "message. ");
        }

        var quorum = reachable - 2 <= unreachable
            ? $"Removing this node leaves {reachable - 1} managers out of {reachable + unreachable}. Without a Raft "
                + "quorum your swarm will be inaccessible. "
            : "";
        return Unavailable($"{Start}{quorum}{End}");
    }

    private static SwarmException Unavailable(string message) => new(SwarmErrorCode.Unavailable, message);
}
