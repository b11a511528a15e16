using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Swarm.Certificates;
using Swarm.Certificates.Nodes;

namespace Swarm.Hosting.Wire.Server;

/// <summary>
/// TLS of the swarm port: this manager's certificate, renewed while the port stays open, and a look at the caller's. A
/// caller without a certificate may connect, for that is how nodes join; one with a foreign certificate may not.
/// </summary>
internal sealed class PortIdentity : IDisposable
{
    private readonly CurrentIdentity _identity;
    private readonly Func<string> _roots;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private SslStreamCertificateContext _certificate;

    /// <param name="identity">Who this manager is.</param>
    /// <param name="roots">The root certificates that callers are trusted by (PEM).</param>
    /// <param name="time">This machine's clock.</param>
    public PortIdentity(CurrentIdentity identity, Func<string> roots, TimeProvider time)
    {
        (_identity, _roots, _time) = (identity, roots, time);
        _certificate = TlsCertificates.ContextOf(identity.Value);
        identity.Changed += Replace;
    }

    /// <summary>The settings of the next connection.</summary>
    public SslServerAuthenticationOptions Options
    {
        get
        {
            lock (_gate)
            {
                return new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = _certificate,
                    ClientCertificateRequired = true,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    ApplicationProtocols = [SslApplicationProtocol.Http2],
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    RemoteCertificateValidationCallback = Verify,
                };
            }
        }
    }

    public void Dispose() => _identity.Changed -= Replace;

    // Connections in the making may still use the old one, so it is left to the collector.
    private void Replace(object? sender, IdentityChangedEventArgs change)
    {
        var next = TlsCertificates.ContextOf(change.Identity);
        lock (_gate)
        {
            _certificate = next;
        }
    }

    private bool Verify(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 leaf)
        {
            return certificate is null;
        }

        var roots = CertificatePem.Read(_roots());
        try
        {
            return CertificateChain.Check(TlsCertificates.Sent(leaf, chain), roots, _time.GetUtcNow()).Fault
                == ChainFault.None;
        }
        finally
        {
            CertificatePem.Dispose(roots);
        }
    }
}
