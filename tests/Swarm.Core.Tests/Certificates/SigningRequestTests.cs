using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Swarm.Certificates;

namespace Swarm.Core.Tests.Certificates;

public sealed class SigningRequestTests
{
    [Fact]
    public void A_request_that_a_node_makes_is_accepted_and_holds_its_key()
    {
        var (privateKey, request) = SigningRequest.Create();
        using var key = CertificateKey.ReadPrivate(privateKey);

        Assert.True(CertificateKey.Matches(key, SigningRequest.ReadKey(request)));
    }

    [Theory]
    [InlineData(2048)]
    [InlineData(4096)]
    public void Rsa_keys_of_usual_size_are_accepted(int bits)
    {
        using var key = RSA.Create(bits);
        Assert.Equal("1.2.840.113549.1.1.1", SigningRequest.ReadKey(Request(key)).Oid.Value);
    }

    [Fact]
    public void A_weak_key_is_refused()
    {
        using var key = RSA.Create(1024);
        AssertRefused(Request(key), "the key of the certificate signing request is an RSA key of 1024 bits; use 2048 to 8192");
    }

    [Fact]
    public void A_huge_key_is_refused_before_anything_is_computed_with_it()
    {
        var modulus = new byte[2048];
        new Random(1).NextBytes(modulus);
        modulus[0] |= 0x80;
        modulus[^1] |= 1;
        using var rsa = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = [1, 0, 1] });
        using var signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName("CN=x"), new PublicKey(rsa), HashAlgorithmName.SHA256);
        var der = request.CreateSigningRequest(X509SignatureGenerator.CreateForECDsa(signer));

        AssertRefused(
            PemEncoding.WriteString("CERTIFICATE REQUEST", der),
            "the key of the certificate signing request is an RSA key of 16384 bits; use 2048 to 8192");
    }

    [Fact]
    public void A_curve_that_not_every_node_knows_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1"));
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        AssertRefused(
            request,
            "the key of the certificate signing request is on an unsupported curve; use P-256, P-384 or P-521");
    }

    [Fact]
    public void A_request_that_its_key_has_not_signed_is_refused()
    {
        using var mine = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stolen = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(
            new X500DistinguishedName("CN=x"),
            new PublicKey(stolen),
            HashAlgorithmName.SHA256);
        var der = request.CreateSigningRequest(X509SignatureGenerator.CreateForECDsa(mine));

        AssertRefused(
            PemEncoding.WriteString("CERTIFICATE REQUEST", der),
            "the certificate signing request could not be read, or is not signed with its own key");
    }

    [Fact]
    public void A_request_that_was_changed_on_the_way_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var der = new CertificateRequest("CN=original", key, HashAlgorithmName.SHA256).CreateSigningRequest();
        der[der.AsSpan().IndexOf("original"u8)]++;
        AssertRefused(
            PemEncoding.WriteString("CERTIFICATE REQUEST", der),
            "the certificate signing request could not be read, or is not signed with its own key");
    }

    [Fact]
    public void A_request_without_end_is_refused_unread() =>
        AssertRefused(
            new string('x', 20_000),
            "the certificate signing request has 20000 bytes; the limit is 16384");

    [Fact]
    public void An_empty_request_is_refused() =>
        AssertRefused("", "a certificate signing request must be provided");

    [Fact]
    public void A_request_to_be_an_authority_makes_no_authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=swarm-ca, OU=swarm-manager, O=elsewhere", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("swarm-ca");
        request.CertificateExtensions.Add(names.Build());
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        using var certificate = X509Certificate2.CreateFromPem(NodeCertificateIssuer.Issue(
            RootCertificate.Create(now, RandomNumberGenerator.Fill),
            new(new("node1"), NodeRole.Worker, new("cluster1")),
            SigningRequest.ReadKey(request.CreateSigningRequestPem()),
            TimeSpan.FromDays(1),
            now,
            RandomNumberGenerator.Fill));

        Assert.Equal("CN=node1, OU=swarm-worker, O=cluster1", certificate.Subject);
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.False(certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages
            .HasFlag(X509KeyUsageFlags.KeyCertSign));
        Assert.DoesNotContain(
            "swarm-ca",
            certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
    }

    private static string Request(RSA key) =>
        new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem();

    private static void AssertRefused(string request, string text)
    {
        var refusal = Assert.Throws<SwarmException>(() => SigningRequest.ReadKey(request));
        Assert.Equal(SwarmErrorCode.InvalidArgument, refusal.Code);
        Assert.Equal(text, refusal.Message);
    }
}
