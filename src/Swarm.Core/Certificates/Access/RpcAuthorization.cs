namespace Swarm.Certificates.Access;

/// <summary>The swarm that decides about callers.</summary>
/// <param name="ClusterId">Its id: the organization in certificates.</param>
/// <param name="Removed">Names of nodes that have been removed.</param>
internal sealed record SwarmMembers(ClusterId ClusterId, ValueDictionary<DateTimeOffset> Removed)
{
    public static SwarmMembers Of(Cluster cluster) => new(cluster.Id, cluster.BlacklistedCertificates);
}

/// <summary>
/// Decides whether a caller may call a method. A manager may call on behalf of another node: then both must be
/// members, and the other node must have the role that the method asks for.
/// </summary>
internal static class RpcAuthorization
{
    /// <summary>Finds the caller, and that it may call.</summary>
    /// <returns>The node that calls; empty for callers without a certificate where anyone may call.</returns>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.PermissionDenied"/>.</exception>
    public static NodeId Authorize(string method, RpcPeer peer, SwarmMembers swarm)
    {
        if (peer.Local is { } local)
        {
            return local.NodeId;
        }

        var rule = RpcAccess.For(method) ?? throw Denied($"no node may call {method}");
        if (rule.Roles == RpcRoles.Anyone)
        {
            return TryFindMember(peer, swarm, RpcRoles.Member, out var member, out _) ? member : default;
        }

        return TryFindMember(peer, swarm, rule.Roles, out var caller, out var refusal) ? caller : throw refusal;
    }

    /// <summary>Finds the member of the swarm that calls, directly or through a manager.</summary>
    public static bool TryFindMember(
        RpcPeer peer,
        SwarmMembers swarm,
        RpcRoles roles,
        out NodeId member,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out SwarmException? refusal)
    {
        member = default;
        if (peer.Local is { } local)
        {
            member = local.NodeId;
            refusal = null;
            return true;
        }

        refusal = peer.Forwarded is null
            ? RefuseDirect(peer.Certificate, swarm, roles)
            : RefuseForwarded(peer, swarm, roles);
        if (refusal is not null)
        {
            return false;
        }

        member = peer.Forwarded is { } forwarded ? new(forwarded.CommonName) : peer.Certificate!.Value.NodeId;
        return true;
    }

    private static SwarmException? RefuseDirect(CertificateSubject? certificate, SwarmMembers swarm, RpcRoles roles) =>
        certificate is not { } subject
            ? Denied("unauthorized peer role: no client certificates in request")
            : !roles.HasFlag(RoleOf(subject.Unit))
                ? Denied($"unauthorized peer role: remote certificate not part of OUs: [{UnitsOf(roles)}]")
                : swarm.Removed.ContainsKey(subject.NodeId.Value)
                    ? Removed(subject.NodeId.Value)
                    : subject.ClusterId != swarm.ClusterId
                        ? Denied(
                            $"unauthorized peer role: remote certificate not part of organization: {swarm.ClusterId}")
                        : null;

    private static SwarmException? RefuseForwarded(RpcPeer peer, SwarmMembers swarm, RpcRoles roles)
    {
        var forwarded = peer.Forwarded!;
        if (RefuseDirect(peer.Certificate, swarm, RpcRoles.Manager) is { } refusal)
        {
            return Denied($"unauthorized forwarder role: {refusal.Message}");
        }

        if (forwarded.CommonName.Length == 0 || forwarded.Units.IsEmpty || forwarded.Organization.Length == 0)
        {
            return Denied("missing information in forwarded request");
        }

        if (!forwarded.Units.Any(unit => RoleOf(unit) is not RpcRoles.None and var role && roles.HasFlag(role)))
        {
            return Denied($"unauthorized forwarded role, expecting: [{UnitsOf(roles)}]");
        }

        return swarm.Removed.ContainsKey(forwarded.CommonName)
            ? Removed(forwarded.CommonName)
            : forwarded.Organization != swarm.ClusterId.Value
                ? Denied($"organization mismatch, expecting: {swarm.ClusterId}")
                : null;
    }

    private static RpcRoles RoleOf(string unit) => unit switch
    {
        CertificateSubject.ManagerUnit => RpcRoles.Manager,
        CertificateSubject.WorkerUnit => RpcRoles.Worker,
        _ => RpcRoles.None,
    };

    private static string UnitsOf(RpcRoles roles) => roles switch
    {
        RpcRoles.Worker => CertificateSubject.WorkerUnit,
        RpcRoles.Manager => CertificateSubject.ManagerUnit,
        _ => $"{CertificateSubject.WorkerUnit} {CertificateSubject.ManagerUnit}",
    };

    private static SwarmException Removed(string node) => Denied($"node {node} was removed from swarm");

    private static SwarmException Denied(string reason) => new(
        SwarmErrorCode.PermissionDenied,
        reason.StartsWith("Permission denied", StringComparison.Ordinal) ? reason : $"Permission denied: {reason}");
}
