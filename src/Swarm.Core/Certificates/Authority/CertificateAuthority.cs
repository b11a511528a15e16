using Microsoft.Extensions.Logging;
using Swarm.Certificates.Access;
using Swarm.Certificates.Nodes;
using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Certificates.Authority;

/// <summary>
/// The swarm's certificate authority on the leader: decides who gets a certificate, and writes it down for
/// <see cref="CertificateSigner"/> to sign. The services CA and NodeCA are this behind a socket.
/// </summary>
internal sealed partial class CertificateAuthority(
    ClusterStore store,
    IIdGenerator ids,
    TimeProvider time,
    AuthorityLimits limits,
    ILogger<CertificateAuthority> logger)
{
    private const int MaxIdAttempts = 4;

    private readonly ILogger _logger = logger;
    private readonly Lock _gate = new();
    private readonly RenewalBudget _renewals = new(limits.RenewalBurst, limits.RenewalPeriod);
    private int _waiting;

    /// <summary>The root certificate that nodes are to trust now (PEM); during a rotation still the old one.</summary>
    public string GetRootCertificate() => Cluster.RootCa.Certificate;

    /// <summary>The key that unlocks managers. Only managers may ask.</summary>
    public UnlockKeyAnswer GetUnlockKey() => new(
        Cluster.Spec.AutoLockManagers ? Cluster.UnlockKey : default,
        Cluster.Version);

    /// <summary>Accepts a request: of a member for another certificate, of anybody else for a first one by token.</summary>
    /// <exception cref="SwarmException">It is refused; the text says why.</exception>
    public async Task<IssueAnswer> IssueAsync(IssueRequest request, RpcPeer peer, CancellationToken cancellationToken)
    {
        SigningRequest.ReadKey(request.SigningRequest);
        if (RpcAuthorization.TryFindMember(
            peer,
            SwarmMembers.Of(Cluster),
            RpcRoles.Member,
            out var member,
            out var refusal))
        {
            return await RenewAsync(member, request, cancellationToken);
        }

        // A certificate that does not count, and nothing else: the reason is the certificate's.
        return request.Token.Length == 0 && peer.Certificate is not null
            ? throw refusal
            : await JoinAsync(request, peer, cancellationToken);
    }

    /// <summary>Waits until a certificate is issued or refused; returns what there is after a while.</summary>
    /// <exception cref="SwarmException">
    /// There is no such node, or <see cref="SwarmErrorCode.ResourceExhausted"/>: too many calls wait.
    /// </exception>
    public async Task<NodeCertificate> GetStatusAsync(NodeId id, CancellationToken cancellationToken)
    {
        if (id.IsEmpty)
        {
            throw SwarmException.InvalidArgument("a node id must be provided");
        }

        if (Interlocked.Increment(ref _waiting) > limits.MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new SwarmException(
                SwarmErrorCode.ResourceExhausted,
                $"{limits.MaxWaiting} nodes wait for certificates already; try again later");
        }

        try
        {
            return await WaitForCertificateAsync(id, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private Cluster Cluster => store.Current.Cluster ?? throw new SwarmException(
        SwarmErrorCode.Unavailable,
        "CA signer is still starting");

    private async Task<IssueAnswer> RenewAsync(NodeId id, IssueRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_renewals.TryTake(id, time.GetUtcNow()))
            {
                throw new SwarmException(
                    SwarmErrorCode.ResourceExhausted,
                    $"node {id} asks for certificates too often; the next is given in "
                    + $"{limits.RenewalPeriod.TotalSeconds:0} s");
            }
        }

        return await store.UpdateAsync(
            transaction =>
            {
                var node = transaction.Nodes.Find(id.Value) ?? throw SwarmException.NotFound(
                    $"node {id} not found when attempting to renew certificate");
                var role = RoleAfterRenewal(node);
                transaction.Update(node with
                {
                    Role = role,

                    // The last certificate stays until there is a new one: if the node is removed meanwhile, its end
                    // is known.
                    Certificate = new(
                        role,
                        request.SigningRequest,
                        IssuanceState.Renew,
                        "",
                        node.Certificate?.Pem ?? default,
                        id.Value),
                });
                return new IssueAnswer(id, node.Spec.Membership);
            },
            cancellationToken);
    }

    // A promotion takes effect with the certificate. A demotion waits until the node has left the log of the managers,
    // which is when its observed role changes.
    private static NodeRole RoleAfterRenewal(Node node) =>
        node.Spec.DesiredRole == NodeRole.Manager ? NodeRole.Manager : node.Role;

    private async Task<IssueAnswer> JoinAsync(IssueRequest request, RpcPeer peer, CancellationToken cancellationToken)
    {
        var (id, admission) = await store.UpdateAsync(
            transaction =>
            {
                var cluster = transaction.Cluster!;
                var admission = JoinAdmission.Of(request.Token, cluster, transaction.Now);
                RequireRoom(transaction);
                var node = NewNode(FreeId(transaction), request, admission, cluster);
                transaction.Create(node);
                return (node.Id, admission);
            },
            cancellationToken);
        LogJoined(id, admission.Role, admission.TokenName, peer.Address, admission.Membership);
        return new(id, admission.Membership);
    }

    private void RequireRoom(StoreTransaction transaction)
    {
        if (transaction.Nodes.All.Count(node => node.Description is null) >= limits.MaxUnregisteredNodes)
        {
            throw new SwarmException(
                SwarmErrorCode.ResourceExhausted,
                $"{limits.MaxUnregisteredNodes} nodes have joined this swarm and never registered; if they are not "
                + "yours, rotate the join tokens, then remove them with \"docker node rm\"");
        }
    }

    private NodeId FreeId(StoreTransaction transaction)
    {
        for (var attempt = 0; attempt < MaxIdAttempts; attempt++)
        {
            var id = ids.Next();
            if (transaction.Nodes.Find(id) is null)
            {
                return new(id);
            }
        }

        throw new SwarmException(SwarmErrorCode.Internal, "every new node id is taken; the source of ids is broken");
    }

    private static Node NewNode(NodeId id, IssueRequest request, JoinAdmission admission, Cluster cluster) => new()
    {
        Id = id,
        Role = admission.Role,
        VxlanPort = cluster.VxlanPort,
        Certificate = new(admission.Role, request.SigningRequest, IssuanceState.Pending, "", default, id.Value),
        Spec = new()
        {
            DesiredRole = admission.Role,
            Membership = admission.Membership,
            Availability = request.Availability,
            Labels = admission.Labels,
        },
    };

    private async Task<NodeCertificate> WaitForCertificateAsync(NodeId id, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(limits.StatusWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var changes = store.Watch(WatchScope.ForNode(id));
        var node = changes.View.Nodes.Find(id.Value);
        try
        {
            while (node is not null && !IsSettled(node))
            {
                await changes.WaitAsync(either.Token);
                while (changes.TryRead(out var transaction))
                {
                    node = transaction.View.Nodes.Find(id.Value);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Whoever asked asks again.
        }

        return node switch
        {
            null => throw SwarmException.NotFound($"node {id} not found"),
            { Certificate: { } certificate } => certificate,
            _ => new(node.Role, default, IssuanceState.Unknown, "", default, id.Value),
        };
    }

    private static bool IsSettled(Node node) => node.Certificate?.State
        is IssuanceState.Issued or IssuanceState.Failed or IssuanceState.Rotate;

    [LoggerMessage(
        1700,
        LogLevel.Information,
        "Node {NodeId} has joined as {Role} with the token \"{Token}\" from {Address}; its membership is {Membership}")]
    private partial void LogJoined(NodeId nodeId, NodeRole role, string token, string address,
        NodeMembership membership);
}
