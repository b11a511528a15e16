using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Swarm.Raft;

namespace Swarm.Benchmarks.Raft;

/// <summary>A root and a certificate that all members share.</summary>
internal static class BenchmarkCertificates
{
    public static void Make(string directory)
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=root", rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        using var root = request.CreateSelfSigned(from, to);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = new CertificateRequest("CN=member", key, HashAlgorithmName.SHA256).Create(root, from, to, [1]);
        using var member = signed.CopyWithPrivateKey(key);
        File.WriteAllBytes(Path.Join(directory, "root.cer"), root.Export(X509ContentType.Cert));
        File.WriteAllBytes(Path.Join(directory, "member.pfx"), member.Export(X509ContentType.Pfx));
    }

    public static RaftTlsOptions Load(string directory) => new()
    {
        Certificate = X509CertificateLoader.LoadPkcs12FromFile(Path.Join(directory, "member.pfx"), null),
        TrustedRoots = [X509CertificateLoader.LoadCertificateFromFile(Path.Join(directory, "root.cer"))],
    };
}
