namespace Swarm.Certificates.Authority;

/// <summary>What a join token gives.</summary>
/// <param name="Role">Role of the new node.</param>
/// <param name="TokenName">Name of the token, for the log.</param>
/// <param name="Membership">Whether the node is in, or waits for approval.</param>
/// <param name="Labels">Labels of the new node.</param>
internal sealed record JoinAdmission(
    NodeRole Role,
    string TokenName,
    NodeMembership Membership,
    ValueDictionary<string> Labels)
{
    /// <summary>
    /// Label of the cluster by which joins wait for approval: <c>all</c>, or <c>manager</c> for those of managers.
    /// </summary>
    public const string ApprovalLabel = "swarm.join-approval";

    private const string Refusal = "A valid join token is necessary to join this cluster";

    /// <summary>Recognises a token. Which one it is decides the role, and nothing else does.</summary>
    /// <exception cref="SwarmException">It lets nobody in; the text says why.</exception>
    public static JoinAdmission Of(string token, Cluster cluster, DateTimeOffset now)
    {
        // All are compared, whatever comes out, so that time tells nothing.
        var root = cluster.RootCa;
        var isManager = root.ManagerJoinToken.Length > 0 & JoinToken.Same(root.ManagerJoinToken, token);
        var isWorker = root.WorkerJoinToken.Length > 0 & JoinToken.Same(root.WorkerJoinToken, token);
        var parsed = JoinToken.TryParse(token);
        var grant = parsed is null ? null : FindGrant(parsed, cluster);
        if (isManager || isWorker)
        {
            var role = isManager ? NodeRole.Manager : NodeRole.Worker;
            return new(role, RoleText(role), MembershipFor(role, cluster, needsApproval: false), default);
        }

        if (grant is null)
        {
            throw SwarmException.InvalidArgument($"{Refusal}: {Reason(token, parsed, root)}");
        }

        return grant.ExpiresAt is { } end && end <= now
            ? throw SwarmException.InvalidArgument(
                $"{Refusal}: the token {grant.Name} ended at {CertificateChain.Format(end)}, "
                + $"and it is currently {CertificateChain.Format(now)}; ask for a new one")
            : new(
                grant.Role,
                grant.Name,
                MembershipFor(grant.Role, cluster, grant.NeedsApproval),
                grant.NodeLabels);
    }

    private static JoinTokenGrant? FindGrant(JoinToken token, Cluster cluster)
    {
        JoinTokenGrant? found = null;
        var digest = JoinToken.DigestOf(cluster.RootCa.Certificate);
        var hash = JoinToken.HashOf(token.Secret);
        foreach (var stored in JoinTokenLabels.Read(cluster.Spec.Labels))
        {
            if (JoinToken.Same(stored.SecretHash, hash) & token.RootDigest == digest)
            {
                found = stored.Grant;
            }
        }

        return found;
    }

    private static NodeMembership MembershipFor(NodeRole role, Cluster cluster, bool needsApproval)
    {
        var who = cluster.Spec.Labels[ApprovalLabel];
        return needsApproval || who == "all" || (who == "manager" && role == NodeRole.Manager)
            ? NodeMembership.Pending
            : NodeMembership.Accepted;
    }

    private static string Reason(string token, JoinToken? parsed, RootCa root) => parsed switch
    {
        _ when token.Length == 0 => "none was given",
        null => "this one is malformed; copy it whole, it looks like SWMTKN-1-<50 characters>-<25 characters>",
        _ when parsed.RootDigest != JoinToken.DigestOf(root.Certificate) =>
            "this one was made for another root certificate, so for another swarm, or for this one before its root "
            + $"was rotated (its digest is {parsed.RootDigest}, that of this swarm is "
            + $"{JoinToken.DigestOf(root.Certificate)})",
        _ => "this one is of this swarm, but its secret is not, or no longer, valid: it may have been rotated; "
            + "\"docker swarm join-token\" on a manager prints the present one",
    };

    private static string RoleText(NodeRole role) => role == NodeRole.Manager ? "manager" : "worker";
}
