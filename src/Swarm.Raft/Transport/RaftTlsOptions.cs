using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Swarm.Raft;

/// <summary>
/// How members prove to each other who they are: both sides of every connection show a certificate, TLS 1.3 or 1.2.
/// Read at every handshake, so a renewed certificate is used from the next connection on.
/// </summary>
public sealed class RaftTlsOptions
{
    /// <summary>This member's certificate, with its private key; valid for servers and clients.</summary>
    public required X509Certificate2 Certificate { get; set; }

    /// <summary>
    /// The roots that members' certificates lead to. No others are trusted, those of the machine included; several
    /// while one replaces the other.
    /// </summary>
    /// <value>Empty: <see cref="Validate"/> decides, or the roots of the machine.</value>
    public X509Certificate2Collection TrustedRoots { get; set; } = [];

    /// <summary>Decides about a certificate in place of the check against roots.</summary>
    /// <value>Null: the certificate has to be valid now and lead to a trusted root; names in it are not looked at.</value>
    public RemoteCertificateValidationCallback? Validate { get; set; }

    /// <summary>
    /// Whether a valid certificate is that of the member which shows it. Without this check every holder of a
    /// certificate can speak for every member.
    /// </summary>
    /// <value>Null: any valid certificate is good for any member.</value>
    public Func<X509Certificate2, PeerId, bool>? IsMember { get; set; }
}
