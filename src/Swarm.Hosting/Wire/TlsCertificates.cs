using System.Collections.ObjectModel;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Swarm.Certificates.Nodes;

namespace Swarm.Hosting.Wire;

/// <summary>Identities and peers in the types of TLS.</summary>
internal static class TlsCertificates
{
    /// <summary>A node's certificate with all that leads to the root, ready to be shown.</summary>
    /// <remarks>
    /// .NET does not send the last link of a chain when that names itself as its issuer, taking it for the root. While
    /// a root is rotated this is also true of the new root as signed by the old one, without which nobody believes the
    /// certificate; and Docker's does not name the key it is signed by, so that no other sign tells them apart.
    /// </remarks>
    public static SslStreamCertificateContext ContextOf(NodeIdentity identity)
    {
        var leaf = identity.ToTlsCertificate();
        var intermediates = identity.ToTlsIntermediates();
        var context = SslStreamCertificateContext.Create(leaf, intermediates, offline: true);
        return context.IntermediateCertificates.Count == intermediates.Count
            ? context
            : WithExactly(leaf, new ReadOnlyCollection<X509Certificate2>([.. intermediates]), trust: null);
    }

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

    // The only way to say what is sent; the tests of this class notice when a runtime no longer has it.
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern SslStreamCertificateContext WithExactly(
        X509Certificate2 target,
        ReadOnlyCollection<X509Certificate2> intermediates,
        SslCertificateTrust? trust);
}
