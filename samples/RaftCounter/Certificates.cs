using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Swarm.Raft;

namespace RaftCounter;

/// <summary>A root and three certificates, made once and kept in a directory. Real groups get theirs elsewhere.</summary>
public static class Certificates
{
    public static RaftTlsOptions Of(PeerId member, string directory)
    {
        Directory.CreateDirectory(directory);
        using var exclusive = LockDirectory(directory);
        var root = Path.Combine(directory, "root.pfx");
        if (!File.Exists(root))
        {
            Make(directory, root);
        }

        return new RaftTlsOptions
        {
            Certificate = X509CertificateLoader.LoadPkcs12FromFile(Path.Combine(directory, $"{member}.pfx"), null),
            TrustedRoots = [X509CertificateLoader.LoadPkcs12FromFile(root, null)],
            IsMember = (certificate, claimed) => certificate.Subject == $"CN={claimed}",
        };
    }

    private static void Make(string directory, string path)
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=root", rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = request.CreateSelfSigned(from, to);
        for (byte id = 1; id <= 3; id++)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var member = new CertificateRequest($"CN={id}", key, HashAlgorithmName.SHA256);
            using var signed = member.Create(root, from, to, [id]);
            using var certificate = signed.CopyWithPrivateKey(key);
            File.WriteAllBytes(Path.Combine(directory, $"{id}.pfx"), certificate.Export(X509ContentType.Pfx));
        }

        File.WriteAllBytes(path, root.Export(X509ContentType.Pfx));
    }

    // Three processes may start at once.
    private static FileStream LockDirectory(string directory)
    {
        while (true)
        {
            try
            {
                return new FileStream(
                    Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                Thread.Sleep(50);
            }
        }
    }
}
