using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Swarm.Certificates.Nodes;

namespace Swarm.Hosting.Wire;

/// <summary>Identities and peers in the types of TLS.</summary>
internal static class TlsCertificates
{
    /// <summary>A node's certificate with all that leads to the root, ready to be shown.</summary>
    public static SslStreamCertificateContext ContextOf(NodeIdentity identity) => SslStreamCertificateContext.Create(
        identity.ToTlsCertificate(),
        identity.ToTlsIntermediates(),
        offline: true);

    /// <summary>What a peer has sent, leaf first. Nothing of this machine's own stores is in it.</summary>
    public static X509Certificate2Collection Sent(X509Certificate2 leaf, X509Chain? chain)
    {
        var sent = new X509Certificate2Collection(leaf);
        foreach (var extra in chain?.ChainPolicy.ExtraStore ?? [])
        {
            if (!extra.RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span))
            {
                sent.Add(extra);
            }
        }

        return sent;
    }
}
