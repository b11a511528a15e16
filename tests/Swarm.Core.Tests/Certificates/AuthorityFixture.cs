using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Certificates;
using Swarm.Certificates.Access;
using Swarm.Certificates.Authority;
using Swarm.Certificates.Nodes;
using Swarm.Certificates.Rotation;
using Swarm.Control;
using Swarm.Identity;
using Swarm.Storage;
using Swarm.Testing;

namespace Swarm.Core.Tests.Certificates;

/// <summary>A swarm's certificate authority with its loops, on one thread under virtual time.</summary>
internal sealed class AuthorityFixture : IDisposable
{
    private readonly Random _random = new(11);
    private CancellationTokenSource? _leading;

    public AuthorityFixture(AuthorityLimits? limits = null, ClusterSpec? spec = null, IExternalCaClient? external = null)
    {
        External = external;
        Store = new ClusterStore(new InProcessProposer(), Simulation.Time);
        Ids = new RandomIdGenerator(_random);
        Planner = new RootPlanner(RandomNumberGenerator.Fill, Simulation.Time, external);
        var cluster = ClusterFactory.Create(
            new() { Spec = spec ?? new() },
            Ids,
            Simulation.Time.GetUtcNow(),
            RandomNumberGenerator.Fill);
        Change(transaction => transaction.Create(cluster));
        Authority = new CertificateAuthority(
            Store,
            Ids,
            Simulation.Time,
            limits ?? new(),
            NullLogger<CertificateAuthority>.Instance);
        Operations = new ClusterOperations(Store, RandomNumberGenerator.Fill, Simulation.Time, external);
        Connector = new LocalAuthority(() => _leading is null ? null : Authority, () => Store.Current.Cluster, Simulation.Time);
        Lead();
    }

    public Simulation Simulation { get; } = new();

    public ClusterStore Store { get; }

    public RandomIdGenerator Ids { get; }

    public IExternalCaClient? External { get; }

    public RootPlanner Planner { get; }

    public CertificateAuthority Authority { get; }

    public ClusterOperations Operations { get; }

    public LocalAuthority Connector { get; }

    public Cluster Cluster => Store.Current.Cluster!;

    public DateTimeOffset Now => Simulation.Time.GetUtcNow();

    /// <summary>Starts what a new leader starts.</summary>
    public void Lead()
    {
        _leading = new();
        var stop = _leading.Token;
        _ = Simulation.StartAsync(() => new CertificateSigner(
            Store,
            RandomNumberGenerator.Fill,
            Simulation.Time,
            External,
            NullLogger<CertificateSigner>.Instance).RunAsync(stop));
        _ = Simulation.StartAsync(() => new RootRotationLoop(
            Store,
            RandomNumberGenerator.Fill,
            Simulation.Time,
            NullLogger<RootRotationLoop>.Instance).RunAsync(stop));
        Simulation.Settle();
    }

    /// <summary>The leader is gone: nothing is signed, nobody answers.</summary>
    public void StopLeading()
    {
        _leading?.Cancel();
        _leading?.Dispose();
        _leading = null;
        Simulation.Settle();
    }

    public void Change(Action<StoreTransaction> change) => Simulation.Run(() => Store.UpdateAsync(change).AsTask());

    public Node Find(NodeId id) => Store.Current.Nodes.Find(id.Value)!;

    public IssueAnswer Issue(string token, RpcPeer? peer = null, string? request = null) =>
        Simulation.Run(() => Authority.IssueAsync(
            new(Bytes(request ?? SigningRequest.Create().Request), token),
            peer ?? RpcPeer.Anonymous,
            CancellationToken.None));

    public SwarmException Refuses(string token, RpcPeer? peer = null, string? request = null) =>
        Assert.Throws<SwarmException>(() => Issue(token, peer, request));

    public NodeJoin NewJoin(MemoryDisk? disk = null, IAuthorityConnector? connector = null, TimeProvider? time = null) =>
        new(connector ?? Connector, new(disk ?? new()), _random, time ?? Simulation.Time);

    public NodeIdentity Join(string token, MemoryDisk? disk = null) => Simulation.Run(
        () => NewJoin(disk).RunAsync(token, NodeAvailability.Active, CancellationToken.None)).Identity;

    /// <summary>Writes what the node's agent would report when it registers.</summary>
    public void Register(NodeIdentity identity, NodeState state = NodeState.Ready) => Change(transaction =>
    {
        if (transaction.Nodes.Find(identity.NodeId.Value) is { } node)
        {
            transaction.Update(node with
            {
                Status = new(state),
                Description = new() { Hostname = "host-" + identity.NodeId.Value[..4], Tls = identity.TlsInfo },
            });
        }
    });

    public Cluster Update(Func<ClusterSpec, ClusterSpec> change, TokenRotation rotate = TokenRotation.None)
    {
        var cluster = Cluster;
        return Simulation.Run(() => Operations.UpdateAsync(cluster.Version, change(cluster.Spec), rotate));
    }

    public static ValueList<byte> Bytes(string text) => ValueList.Create<byte>(Encoding.UTF8.GetBytes(text));

    /// <summary>An authority of the user's own.</summary>
    public static (string Certificate, string Key) NewRoot(
        DateTimeOffset now,
        AsymmetricAlgorithm? key = null,
        int days = 3650,
        bool isAuthority = true)
    {
        using var made = key is null ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : null;
        var request = (key ?? made) switch
        {
            RSA rsa => new CertificateRequest("CN=own", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            ECDsa ecdsa => new CertificateRequest("CN=own", ecdsa, HashAlgorithmName.SHA256),
            _ => throw new ArgumentException("an ECDSA or RSA key", nameof(key)),
        };
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(days));
        return (certificate.ExportCertificatePem() + "\n", (key ?? made)!.ExportPkcs8PrivateKeyPem() + "\n");
    }

    public void Dispose()
    {
        StopLeading();
        Store.Dispose();
    }
}
