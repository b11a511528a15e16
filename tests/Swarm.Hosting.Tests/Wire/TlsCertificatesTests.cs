using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Swarm.Certificates;
using Swarm.Certificates.Nodes;
using Swarm.Certificates.Rotation;
using Swarm.Hosting.Wire;

namespace Swarm.Hosting.Tests.Wire;

public sealed class TlsCertificatesTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly RootCa _root = RootCertificate.Create(Now, RandomNumberGenerator.Fill);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_certificate_under_a_root_in_rotation_is_shown_with_what_leads_to_the_old_one(bool namesTheKeyItIsSignedBy)
    {
        var context = TlsCertificates.ContextOf(IdentityUnder(Rotating(namesTheKeyItIsSignedBy)));

        var shown = Assert.Single(context.IntermediateCertificates);
        Assert.Equal("CN=swarm-ca", shown.Subject);
        Assert.Equal(
            namesTheKeyItIsSignedBy,
            shown.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().Any());
        using var root = CertificatePem.Read(_root.Certificate)[0];
        Assert.NotEqual(root.PublicKey.ExportSubjectPublicKeyInfo(), shown.PublicKey.ExportSubjectPublicKeyInfo());
    }

    [Fact]
    public void A_certificate_of_the_root_itself_is_shown_alone() =>
        Assert.Empty(TlsCertificates.ContextOf(IdentityUnder(_root)).IntermediateCertificates);

    private static NodeIdentity IdentityUnder(RootCa root) => TestIdentity.Under(root, NodeRole.Worker, Now);

    private RootCa Rotating(bool namesTheKeyItIsSignedBy)
    {
        var next = RootCertificate.Create(Now, RandomNumberGenerator.Fill);
        return _root with
        {
            Rotation = new()
            {
                Certificate = next.Certificate,
                PrivateKey = next.PrivateKey,
                CrossSignedCertificate = namesTheKeyItIsSignedBy ? OurCross(next) : DockersCross(next),
            },
        };
    }

    private string OurCross(RootCa next)
    {
        using var signer = CertificateSigningKey.OfTrustedRoot(_root)!;
        return CrossSigning.Sign(next.Certificate, signer, RandomNumberGenerator.Fill);
    }

    private string DockersCross(RootCa next)
    {
        using var old = X509Certificate2.CreateFromPem(_root.Certificate, _root.PrivateKey);
        using var oldKey = old.GetECDsaPrivateKey()!;
        using var certificate = X509Certificate2.CreateFromPem(next.Certificate, next.PrivateKey);
        using var key = certificate.GetECDsaPrivateKey()!;
        var request = new CertificateRequest(certificate.SubjectName, key, HashAlgorithmName.SHA256);
        foreach (var extension in certificate.Extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        using var cross = request.Create(
            old.SubjectName,
            X509SignatureGenerator.CreateForECDsa(oldKey),
            Now.AddHours(-1),
            Now.AddYears(1),
            [1]);
        return CertificatePem.Write(cross);
    }
}
