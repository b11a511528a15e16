using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Swarm.Certificates;

namespace Swarm.Core.Tests.Certificates;

public sealed class CertificateTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Validity = TimeSpan.FromHours(2160);

    private readonly RootCa _root = RootCertificate.Create(Now, RandomNumberGenerator.Fill);
    private readonly ECDsa _nodeKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => _nodeKey.Dispose();

    [Fact]
    public void A_root_is_a_P256_authority_named_swarm_ca_for_20_years()
    {
        using var root = X509Certificate2.CreateFromPem(_root.Certificate, _root.PrivateKey);

        Assert.Equal("CN=swarm-ca", root.Subject);
        Assert.Equal("MBMxETAPBgNVBAMTCHN3YXJtLWNh", Convert.ToBase64String(root.SubjectName.RawData));
        Assert.Equal(256, root.GetECDsaPublicKey()!.KeySize);
        Assert.Equal("1.2.840.10045.4.3.2", root.SignatureAlgorithm.Value);
        Assert.Equal(Now.AddSeconds(630_720_000).UtcDateTime, root.NotAfter.ToUniversalTime());
        Assert.True(root.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.EndsWith("-----END CERTIFICATE-----\n", _root.Certificate);
    }

    [Fact]
    public void The_tokens_of_a_root_carry_its_digest_and_differ()
    {
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_root.Certificate))), _root.CertificateHash);
        Assert.Equal(_root.CertificateHash, JoinToken.Parse(_root.WorkerJoinToken).RootDigest);
        Assert.Equal(_root.CertificateHash, JoinToken.Parse(_root.ManagerJoinToken).RootDigest);
        Assert.NotEqual(_root.WorkerJoinToken, _root.ManagerJoinToken);
    }

    [Theory]
    [InlineData(NodeRole.Worker, "swarm-worker", "swarm-worker node1")]
    [InlineData(NodeRole.Manager, "swarm-manager", "swarm-manager node1 swarm-ca")]
    public void A_node_certificate_names_node_role_and_cluster(NodeRole role, string unit, string names)
    {
        using var certificate = Issue(role);

        Assert.Equal($"CN=node1, OU={unit}, O=cluster1", certificate.Subject);
        Assert.Equal(
            names.Split(' '),
            certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
        Assert.Equal(
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment,
            certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
        Assert.Equal(
            ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
            certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages
                .Cast<Oid>().Select(usage => usage.Value));
        Assert.Equal(Now.AddHours(-1).UtcDateTime, certificate.NotBefore.ToUniversalTime());
        Assert.Equal((Now + Validity).UtcDateTime, certificate.NotAfter.ToUniversalTime());
    }

    [Fact]
    public void A_node_certificate_is_trusted_by_its_root_and_by_no_other()
    {
        using var certificate = Issue(NodeRole.Worker);

        Assert.True(IsTrusted(certificate, _root));
        Assert.False(IsTrusted(certificate, RootCertificate.Create(Now, RandomNumberGenerator.Fill)));
    }

    [Fact]
    public void A_node_certificate_never_outlives_its_root()
    {
        using var certificate = X509Certificate2.CreateFromPem(NodeCertificateIssuer.Issue(
            _root,
            new(new("node1"), NodeRole.Worker, new("cluster1")),
            new PublicKey(_nodeKey),
            TimeSpan.FromDays(365 * 30),
            Now,
            RandomNumberGenerator.Fill));

        Assert.Equal((Now + RootCertificate.Validity).UtcDateTime, certificate.NotAfter.ToUniversalTime());
    }

    [Fact]
    public void Scenario_093_Only_the_key_of_a_signing_request_is_believed()
    {
        var request = new CertificateRequest("CN=somebody, O=elsewhere", _nodeKey, HashAlgorithmName.SHA256);
        var key = SigningRequest.ReadKey(request.CreateSigningRequestPem());

        using var certificate = X509Certificate2.CreateFromPem(NodeCertificateIssuer.Issue(
            _root,
            new(new("node1"), NodeRole.Worker, new("cluster1")),
            key,
            Validity,
            Now,
            RandomNumberGenerator.Fill));

        Assert.Equal("CN=node1, OU=swarm-worker, O=cluster1", certificate.Subject);
        Assert.Equal(_nodeKey.ExportSubjectPublicKeyInfo(), certificate.PublicKey.ExportSubjectPublicKeyInfo());
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n")]
    public void Text_that_is_no_signing_request_is_refused(string text) =>
        Assert.Equal(
            SwarmErrorCode.InvalidArgument,
            Assert.Throws<SwarmException>(() => SigningRequest.ReadKey(text)).Code);

    [Fact]
    public void Tls_info_tells_the_root_and_its_subject_and_key()
    {
        using var root = X509Certificate2.CreateFromPem(_root.Certificate);
        var info = TlsInfo.Of(_root.Certificate);

        Assert.Equal(_root.Certificate, info.TrustRoot);
        Assert.Equal(root.SubjectName.RawData, info.CertificateIssuerSubject);
        Assert.Equal(root.PublicKey.ExportSubjectPublicKeyInfo(), info.CertificateIssuerPublicKey);
    }

    [Fact]
    public void The_expiry_of_text_that_is_no_certificate_is_not_known() =>
        Assert.Null(TlsInfo.ExpiryOf(ValueList.Create<byte>("nonsense"u8)));

    private X509Certificate2 Issue(NodeRole role) => X509Certificate2.CreateFromPem(NodeCertificateIssuer.Issue(
        _root,
        new(new("node1"), role, new("cluster1")),
        new PublicKey(_nodeKey),
        Validity,
        Now,
        RandomNumberGenerator.Fill));

    private static bool IsTrusted(X509Certificate2 certificate, RootCa root)
    {
        using var chain = new X509Chain();
        using var trusted = X509Certificate2.CreateFromPem(root.Certificate);
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = Now.UtcDateTime.AddDays(1);
        return chain.Build(certificate);
    }
}
