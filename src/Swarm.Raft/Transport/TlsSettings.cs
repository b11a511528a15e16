using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Swarm.Raft.Transport;

/// <summary>What members ask of each other in a TLS handshake.</summary>
internal static class TlsSettings
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    private static readonly SslApplicationProtocol Application = new("swarm-raft/1");

    public static SslClientAuthenticationOptions OfClient(RaftTlsOptions tls) => new()
    {
        // Not looked at: a member is known by its certificate's issuer, and by IsMember.
        TargetHost = "raft",
        EnabledSslProtocols = Protocols,
        ApplicationProtocols = [Application],
        ClientCertificates = [tls.Certificate],
        LocalCertificateSelectionCallback = (_, _, _, _, _) => tls.Certificate,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = PolicyOf(tls),
        RemoteCertificateValidationCallback = ValidationOf(tls),
    };

    public static SslServerAuthenticationOptions OfServer(RaftTlsOptions tls) => new()
    {
        EnabledSslProtocols = Protocols,
        ApplicationProtocols = [Application],
        ServerCertificate = tls.Certificate,
        ClientCertificateRequired = true,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = PolicyOf(tls),
        RemoteCertificateValidationCallback = ValidationOf(tls),
    };

    private static X509ChainPolicy? PolicyOf(RaftTlsOptions tls)
    {
        if (tls.TrustedRoots.Count == 0)
        {
            return null;
        }

        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(tls.TrustedRoots);
        return policy;
    }

    private static RemoteCertificateValidationCallback ValidationOf(RaftTlsOptions tls) =>
        tls.Validate ?? ((_, _, _, errors) =>
            (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None);
}
