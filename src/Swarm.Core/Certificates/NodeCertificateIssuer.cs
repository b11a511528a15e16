using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Swarm.Certificates;

/// <summary>Signs certificates of nodes with the swarm's key.</summary>
internal static class NodeCertificateIssuer
{
    /// <summary>Signs a key.</summary>
    /// <returns>The certificate (PEM), followed by what leads to the root that nodes trust.</returns>
    /// <exception cref="SwarmException">The root's key is kept elsewhere.</exception>
    public static string Issue(
        RootCa root,
        CertificateSubject subject,
        PublicKey key,
        TimeSpan validity,
        DateTimeOffset now,
        RandomBytes random)
    {
        using var signer = CertificateSigningKey.Of(root)
            ?? throw SwarmException.FailedPrecondition("the key of the swarm's root certificate is not kept in the swarm");
        return Issue(signer, subject, key, validity, now, random);
    }

    /// <inheritdoc cref="Issue(RootCa, CertificateSubject, PublicKey, TimeSpan, DateTimeOffset, RandomBytes)"/>
    public static string Issue(
        CertificateSigningKey signer,
        CertificateSubject subject,
        PublicKey key,
        TimeSpan validity,
        DateTimeOffset now,
        RandomBytes random)
    {
        var end = new DateTimeOffset(signer.Certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);
        using var certificate = signer.Sign(
            Describe(subject, key, signer),
            now - RootCertificate.BackDate,
            now + validity < end ? now + validity : end,
            random);
        return CertificatePem.Write(certificate) + signer.Intermediates;
    }

    /// <summary>Names by which a node's peers expect to reach it: its role, its id, and for managers the authority.</summary>
    public static ValueList<string> NamesOf(CertificateSubject subject) => subject.Role == NodeRole.Manager
        ? [subject.Unit, subject.NodeId.Value, RootCertificate.CommonName]
        : [subject.Unit, subject.NodeId.Value];

    private static CertificateRequest Describe(CertificateSubject subject, PublicKey key, CertificateSigningKey signer)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in NamesOf(subject))
        {
            names.AddDnsName(name);
        }

        var request = new CertificateRequest(subject.ToDistinguishedName(), key, signer.Hash);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment,
            critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1", "serverAuth"), new Oid("1.3.6.1.5.5.7.3.2", "clientAuth")],
            critical: false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        if (signer.Certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any())
        {
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
                signer.Certificate,
                includeKeyIdentifier: true,
                includeIssuerAndSerial: false));
        }

        request.CertificateExtensions.Add(names.Build());
        return request;
    }
}
