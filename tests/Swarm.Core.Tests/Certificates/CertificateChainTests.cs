using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Swarm.Certificates;
using Swarm.Certificates.Access;
using Swarm.Certificates.Rotation;

namespace Swarm.Core.Tests.Certificates;

public sealed class CertificateChainTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly CertificateSubject Worker = new(new("node1"), NodeRole.Worker, new("cluster1"));

    private readonly RootCa _root = RootCertificate.Create(Now, RandomNumberGenerator.Fill);

    [Fact]
    public void A_good_chain_tells_node_and_issuer()
    {
        var check = CertificateChain.Check(Issue(_root), _root.Certificate, Now);

        Assert.Equal((ChainFault.None, Worker), (check.Fault, check.Subject));
        Assert.Equal(TlsInfo.Of(_root.Certificate).CertificateIssuerPublicKey, check.IssuerPublicKey);
        Assert.Equal(TlsInfo.Of(_root.Certificate).CertificateIssuerSubject, check.IssuerSubject);
    }

    [Fact]
    public void A_certificate_of_another_swarm_is_not_trusted_though_its_root_has_the_same_name()
    {
        var other = RootCertificate.Create(Now, RandomNumberGenerator.Fill);
        Assert.Equal(ChainFault.Untrusted, CertificateChain.Check(Issue(other), _root.Certificate, Now).Fault);
    }

    [Fact]
    public void An_expired_certificate_names_its_end_and_the_clock()
    {
        var chain = Issue(_root);
        var check = CertificateChain.Check(chain, _root.Certificate, Now.AddDays(91));

        Assert.Equal(ChainFault.Expired, check.Fault);
        Assert.Equal(
            "certificate (1 - node1) not valid after Wed, 01 Apr 2026 12:00:00 UTC, "
            + "and it is currently Thu, 02 Apr 2026 12:00:00 UTC",
            check.Text);
        Assert.Equal(
            ChainFault.None,
            CertificateChain.Check(chain, _root.Certificate, Now.AddDays(91), allowExpired: true).Fault);
    }

    [Fact]
    public void A_certificate_from_the_future_names_its_beginning_and_the_clock()
    {
        var check = CertificateChain.Check(Issue(_root), _root.Certificate, Now.AddHours(-2));

        Assert.Equal(ChainFault.NotYetValid, check.Fault);
        Assert.Equal(
            "certificate (1 - node1) not valid before Thu, 01 Jan 2026 11:00:00 UTC, "
            + "and it is currently Thu, 01 Jan 2026 10:00:00 UTC",
            check.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void What_is_no_certificate_is_not_trusted(string chain) =>
        Assert.Equal(ChainFault.Unreadable, CertificateChain.Check(chain, _root.Certificate, Now).Fault);

    [Fact]
    public void A_bundle_without_end_is_not_read() => Assert.Equal(
        ChainFault.Unreadable,
        CertificateChain.Check(
            string.Concat(Enumerable.Repeat(_root.Certificate, 17)),
            _root.Certificate,
            Now).Fault);

    [Fact]
    public void While_the_root_rotates_both_roots_lead_to_the_same_certificates()
    {
        var rotating = Rotating();
        var chain = Issue(rotating);

        var byOld = CertificateChain.Check(chain, _root.Certificate, Now);
        var byNew = CertificateChain.Check(chain, rotating.Rotation!.Certificate, Now);

        Assert.Equal((ChainFault.None, ChainFault.None), (byOld.Fault, byNew.Fault));
        Assert.Equal(TlsInfo.Wanted(rotating).CertificateIssuerPublicKey, byOld.IssuerPublicKey);
        Assert.Equal(byOld.IssuerPublicKey, byNew.IssuerPublicKey);
        Assert.Equal(byOld.IssuerSubject, byNew.IssuerSubject);
    }

    [Fact]
    public void A_cross_signed_root_is_one_whether_or_not_it_names_the_key_of_its_issuer()
    {
        var rotating = Rotating(namesIssuerKey: false);
        var chain = Issue(rotating);
        var stranger = RootCertificate.Create(Now, RandomNumberGenerator.Fill);

        Assert.Equal(ChainFault.None, CertificateChain.Check(chain, _root.Certificate, Now).Fault);
        Assert.Equal(ChainFault.None, CertificateChain.Check(chain, rotating.Rotation!.Certificate, Now).Fault);
        Assert.Equal(ChainFault.Untrusted, CertificateChain.Check(chain, stranger.Certificate, Now).Fault);
        Assert.Equal(
            ChainFault.Untrusted,
            CertificateChain.Check(
                Issue(stranger) + stranger.Certificate,
                _root.Certificate,
                Now).Fault);
    }

    [Fact]
    public void A_node_is_no_authority_for_others()
    {
        var (key, request) = SigningRequest.Create();
        var node = NodeCertificateIssuer.Issue(
            _root,
            Worker,
            SigningRequest.ReadKey(request),
            TimeSpan.FromDays(90),
            Now,
            RandomNumberGenerator.Fill);
        var forged = Issue(_root with { Certificate = node, PrivateKey = key });

        Assert.Equal(ChainFault.Untrusted, CertificateChain.Check(forged + node, _root.Certificate, Now).Fault);
    }

    [SkippableFact]
    public void A_second_implementation_agrees_about_every_chain()
    {
        Skip.IfNot(File.Exists("/usr/bin/openssl"), "openssl is not installed");
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            var rotating = Rotating();
            var other = RootCertificate.Create(Now, RandomNumberGenerator.Fill);
            Assert.True(OpensslTrusts(directory, Issue(_root), _root.Certificate, Now));
            Assert.True(OpensslTrusts(directory, Issue(rotating), _root.Certificate, Now));
            Assert.True(OpensslTrusts(directory, Issue(rotating), rotating.Rotation!.Certificate, Now));
            Assert.False(OpensslTrusts(directory, Issue(_root), other.Certificate, Now));
            Assert.False(OpensslTrusts(directory, Issue(_root), _root.Certificate, Now.AddDays(91)));
            Assert.False(OpensslTrusts(directory, Issue(_root), _root.Certificate, Now.AddHours(-2)));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void Roots_with_rsa_keys_sign_too()
    {
        using var key = RSA.Create(2048);
        var (certificate, privateKey) = AuthorityFixture.NewRoot(Now, key);
        var root = RootCertificate.WithTokens(certificate, privateKey, RandomNumberGenerator.Fill);

        Assert.Equal(ChainFault.None, CertificateChain.Check(Issue(root), certificate, Now).Fault);
    }

    [Fact]
    public void A_peer_is_a_member_only_if_root_swarm_and_clock_say_so()
    {
        var cluster = new Cluster { Id = Worker.ClusterId, RootCa = _root };
        Assert.Equal(Worker, Verify(cluster, Issue(_root), Now));
        Refused(cluster with { Id = new("cluster2") }, Issue(_root), Now, "not part of organization: cluster2");
        Refused(
            cluster with { BlacklistedCertificates = [new("node1", Now)] },
            Issue(_root),
            Now,
            "Permission denied: node node1 was removed from swarm");
        Refused(cluster, Issue(_root), Now.AddDays(91), "not valid after");
        Refused(cluster, Issue(_root), Now.AddHours(-2), "not valid before");
        Refused(
            cluster,
            Issue(RootCertificate.Create(Now, RandomNumberGenerator.Fill)),
            Now,
            "is not signed by the swarm's root");
        Refused(cluster, _root.Certificate, Now, "is not signed by the swarm's root");
    }

    [Fact]
    public void A_server_is_a_manager_only_if_its_certificate_says_so()
    {
        var chain = CertificatePem.Read(Issue(_root, NodeRole.Manager));
        Assert.Equal(
            NodeRole.Manager,
            PeerVerification.RequireManager(chain, _root.Certificate, new("cluster1"), Now).Role);
        Assert.Contains(
            "not part of organization",
            Assert.Throws<SwarmException>(
                () => PeerVerification.RequireManager(chain, _root.Certificate, new("cluster2"), Now)).Message);
        Assert.Equal(
            "Permission denied: node node1 is not a manager",
            Assert.Throws<SwarmException>(() => PeerVerification.RequireManager(
                CertificatePem.Read(Issue(_root)),
                _root.Certificate,
                default,
                Now)).Message);
    }

    private RootCa Rotating(bool namesIssuerKey = true)
    {
        var next = RootCertificate.Create(Now, RandomNumberGenerator.Fill);
        var issuer = namesIssuerKey ? _root : WithoutKeyName(_root);
        using var signer = CertificateSigningKey.OfTrustedRoot(issuer)!;
        return _root with
        {
            Rotation = new()
            {
                Certificate = next.Certificate,
                PrivateKey = next.PrivateKey,
                CrossSignedCertificate = CrossSigning.Sign(next.Certificate, signer, RandomNumberGenerator.Fill),
            },
        };
    }

    // The same name and key, so that what it signs is signed by the root, without the name of the key.
    private static RootCa WithoutKeyName(RootCa root)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(root.PrivateKey);
        var request = new CertificateRequest("CN=swarm-ca", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(Now.AddHours(-1), Now.AddYears(20));
        return root with { Certificate = CertificatePem.Write(certificate) };
    }

    private static string Issue(RootCa root, NodeRole role = NodeRole.Worker) => NodeCertificateIssuer.Issue(
        root,
        Worker with { Role = role },
        SigningRequest.ReadKey(SigningRequest.Create().Request),
        TimeSpan.FromDays(90),
        Now,
        RandomNumberGenerator.Fill);

    private static CertificateSubject Verify(Cluster cluster, string chain, DateTimeOffset now) =>
        PeerVerification.RequireMember(CertificatePem.Read(chain), cluster, now);

    private static void Refused(Cluster cluster, string chain, DateTimeOffset now, string text)
    {
        var refusal = Assert.Throws<SwarmException>(() => Verify(cluster, chain, now));
        Assert.Equal(SwarmErrorCode.PermissionDenied, refusal.Code);
        Assert.Contains(text, refusal.Message);
    }

    private static bool OpensslTrusts(DirectoryInfo directory, string chain, string root, DateTimeOffset at)
    {
        string Put(string name, string text)
        {
            var path = Path.Combine(directory.FullName, name);
            File.WriteAllText(path, text);
            return path;
        }

        using var process = Process.Start(new ProcessStartInfo("/usr/bin/openssl")
        {
            ArgumentList =
            {
                "verify",
                "-x509_strict",
                "-purpose",
                "sslserver",
                "-attime",
                at.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture),
                "-CAfile",
                Put("root.pem", root),
                "-untrusted",
                Put("chain.pem", chain),
                Put("leaf.pem", X509Certificate2.CreateFromPem(chain).ExportCertificatePem()),
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
