using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using Swarm.Certificates.Rotation;
using Swarm.Orchestration;
using Swarm.Storage;

namespace Swarm.Certificates.Authority;

/// <summary>
/// Signs what waits for a signature: renewals, and first certificates of accepted nodes. Runs on the leader; what a
/// leader leaves unsigned, the next one signs.
/// </summary>
internal sealed partial class CertificateSigner(
    ClusterStore store,
    RandomBytes random,
    TimeProvider time,
    IExternalCaClient? externalCas,
    ILogger<CertificateSigner> logger)
{
    /// <summary>Time until requests that could not be signed are tried again (SwarmKit's number).</summary>
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(10);

    /// <summary>Certificates signed before they are written together.</summary>
    private const int BatchSize = 100;

    private readonly ILogger _logger = logger;
    private readonly ExternalAuthority _external = new(externalCas, time);
    private readonly Queue<NodeId> _waiting = new();

    public Task RunAsync(CancellationToken cancellationToken) =>
        store.FollowAsync(FollowAsync, cancellationToken, LogStartingOver);

    /// <summary>True for certificates that wait for this.</summary>
    public static bool IsWaiting(Node node) => node.Certificate?.State switch
    {
        IssuanceState.Renew => true,
        IssuanceState.Pending => node.Spec.Membership == NodeMembership.Accepted,
        _ => false,
    };

    private async Task FollowAsync(ChangeSubscription feed, CancellationToken cancellationToken)
    {
        var changes = new TimedFeed(feed, time);
        _waiting.Clear();
        Enqueue(feed.View.Nodes.Where(IsWaiting));
        while (true)
        {
            var delayed = await SignAllAsync(cancellationToken);
            if (await changes.WaitAsync(delayed.Count > 0 ? RetryPeriod : null, cancellationToken))
            {
                while (feed.TryRead(out var transaction))
                {
                    Enqueue(transaction.Changes
                        .Where(change => change.Change != ChangeKind.Removed)
                        .Select(change => change.Current)
                        .OfType<Node>()
                        .Where(IsWaiting));
                }
            }

            foreach (var id in delayed)
            {
                _waiting.Enqueue(id);
            }
        }
    }

    private void Enqueue(IEnumerable<Node> nodes)
    {
        foreach (var node in nodes)
        {
            _waiting.Enqueue(node.Id);
        }
    }

    // The requests that have to be tried again. Once one was delayed the rest would be too: an authority that is down
    // is not hammered.
    private async Task<List<NodeId>> SignAllAsync(CancellationToken cancellationToken)
    {
        var delayed = new List<NodeId>();
        var signed = new List<SignedCertificate>();
        while (_waiting.TryDequeue(out var id))
        {
            var view = store.Current;
            if (view.Cluster is not { } cluster || view.Nodes.Find(id.Value) is not { } node || !IsWaiting(node))
            {
                continue;
            }

            try
            {
                signed.Add(await SignAsync(cluster, node, cancellationToken));
            }
            catch (SigningDelayedException exception)
            {
                LogDelayed(exception, id);
                delayed.Add(id);
                delayed.AddRange(_waiting);
                _waiting.Clear();
            }

            if (signed.Count >= BatchSize)
            {
                await WriteAsync(signed, cancellationToken);
            }
        }

        await WriteAsync(signed, cancellationToken);
        return [.. delayed.Distinct()];
    }

    private async Task<SignedCertificate> SignAsync(Cluster cluster, Node node, CancellationToken cancellationToken)
    {
        var certificate = node.Certificate!;
        var subject = new CertificateSubject(node.Id, certificate.Role, cluster.Id);
        try
        {
            var key = SigningRequest.ReadKey(certificate.SigningRequest);
            var root = cluster.RootCa;
            var authorities = ExternalAuthority.For(
                root.Rotation?.Certificate ?? root.Certificate,
                root,
                cluster.Spec.CaConfig.ExternalCas);
            var pem = authorities.Count > 0
                ? await SignOutsideAsync(authorities, root, certificate.SigningRequest, subject, cancellationToken)
                : SignHere(cluster, subject, key);
            return new(node.Id, certificate.SigningRequest, pem);
        }
        catch (SwarmException exception)
        {
            LogRefused(exception, node.Id);
            return new(node.Id, certificate.SigningRequest, "", exception.Message);
        }
        catch (CryptographicException exception)
        {
            // The request has been read before, so it is the swarm's own key that is at fault.
            throw new SigningDelayedException("the key of the swarm's root certificate could not be used", exception);
        }
    }

    private string SignHere(Cluster cluster, CertificateSubject subject, PublicKey key)
    {
        using var signer = CertificateSigningKey.Of(cluster.RootCa)
            ?? throw new SigningDelayedException("no valid signer found");
        return NodeCertificateIssuer.Issue(
            signer,
            subject,
            key,
            cluster.Spec.CaConfig.NodeCertExpiry,
            time.GetUtcNow(),
            random);
    }

    private async Task<string> SignOutsideAsync(
        IReadOnlyList<ExternalCa> authorities,
        RootCa root,
        ValueList<byte> signingRequest,
        CertificateSubject subject,
        CancellationToken cancellationToken)
    {
        var roots = root.Certificate + root.Rotation?.Certificate;
        var request = Encoding.UTF8.GetString(signingRequest.AsSpan());
        var signed = await _external.SignAsync(authorities, roots, request, subject, cancellationToken);
        var pem = signed + root.Rotation?.CrossSignedCertificate;

        // The authority may have signed something else than it was asked to.
        var check = CertificateChain.Check(pem, root.Certificate, time.GetUtcNow());
        return check.Fault == ChainFault.None && check.Subject == subject
            ? pem
            : throw SwarmException.InvalidArgument(check.Fault == ChainFault.None
                ? $"the external CA signed for {check.Subject}, not for {subject}"
                : $"the external CA's certificate is of no use: {check.Text}");
    }

    private async Task WriteAsync(List<SignedCertificate> signed, CancellationToken cancellationToken)
    {
        await store.BatchAsync(signed, Write, cancellationToken);
        signed.Clear();
    }

    // A request that was replaced meanwhile is signed when its change comes by.
    private static void Write(StoreTransaction transaction, SignedCertificate signed)
    {
        if (transaction.Nodes.Find(signed.Node.Value) is not { Certificate: { } certificate } node
            || !IsWaiting(node)
            || certificate.SigningRequest != signed.Request)
        {
            return;
        }

        transaction.Update(node with
        {
            Certificate = signed.Error.Length > 0
                ? certificate with { State = IssuanceState.Failed, Error = signed.Error }
                : certificate with
                {
                    State = IssuanceState.Issued,
                    Error = "",
                    Pem = ValueList.Create<byte>(Encoding.UTF8.GetBytes(signed.Pem)),
                },
        });
    }

    [LoggerMessage(1720, LogLevel.Warning, "The certificate of node {NodeId} could not be signed yet; trying again")]
    private partial void LogDelayed(Exception exception, NodeId nodeId);

    [LoggerMessage(1721, LogLevel.Error, "The certificate of node {NodeId} was refused")]
    private partial void LogRefused(Exception exception, NodeId nodeId);

    [LoggerMessage(1722, LogLevel.Warning, "The signer fell behind the changes and starts over from a snapshot")]
    private partial void LogStartingOver(Exception exception);

    private readonly record struct SignedCertificate(
        NodeId Node,
        ValueList<byte> Request,
        string Pem,
        string Error = "");
}
