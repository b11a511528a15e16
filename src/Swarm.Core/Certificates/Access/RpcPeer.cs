namespace Swarm.Certificates.Access;

/// <summary>Who calls, as the transport has found out. What the caller says of itself is in no part of this.</summary>
/// <param name="Certificate">The subject of the verified client certificate; null without one.</param>
/// <param name="Forwarded">The caller on whose behalf a manager calls; null for direct calls.</param>
/// <param name="Address">Where the call comes from, for the log.</param>
/// <param name="Local">Set for calls over a manager's own socket: that manager. Nothing else is then looked at.</param>
internal sealed record RpcPeer(
    CertificateSubject? Certificate = null,
    ForwardedCaller? Forwarded = null,
    string Address = "",
    CertificateSubject? Local = null)
{
    public static RpcPeer Anonymous { get; } = new();

    public static RpcPeer With(CertificateSubject certificate) => new(certificate);

    public static RpcPeer OnSocketOf(CertificateSubject manager) => new(Local: manager);
}

/// <summary>
/// The original caller in a forwarded call: metadata <c>forwarded_cert_cn</c>, <c>forwarded_cert_ou</c> and
/// <c>forwarded_cert_org</c>, as they came.
/// </summary>
/// <param name="CommonName">Node id; empty when missing.</param>
/// <param name="Units">Organizational units; empty when missing.</param>
/// <param name="Organization">Cluster id; empty when missing.</param>
internal sealed record ForwardedCaller(string CommonName, ValueList<string> Units, string Organization);
