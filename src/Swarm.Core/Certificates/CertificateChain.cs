using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Swarm.Certificates;

/// <summary>Why a certificate is not accepted.</summary>
internal enum ChainFault
{
    None,

    /// <summary>It is no certificate.</summary>
    Unreadable,

    /// <summary>By the clock of this machine it is not valid yet.</summary>
    NotYetValid,

    /// <summary>By the clock of this machine it is no longer valid.</summary>
    Expired,

    /// <summary>It does not lead to a trusted root.</summary>
    Untrusted,
}

/// <summary>What was found out about a chain of certificates.</summary>
/// <param name="Fault">Why it is not accepted.</param>
/// <param name="Text">The same in words, naming certificate and clock; empty without a fault.</param>
/// <param name="Subject">Whose certificate it is; null when it is not that of a node.</param>
/// <param name="IssuerSubject">Subject of the issuer (DER); empty with a fault.</param>
/// <param name="IssuerPublicKey">Public key of the issuer (DER); empty with a fault.</param>
internal sealed record ChainCheck(
    ChainFault Fault,
    string Text = "",
    CertificateSubject? Subject = null,
    ValueList<byte> IssuerSubject = default,
    ValueList<byte> IssuerPublicKey = default);

/// <summary>Decides whether certificates are to be trusted. Nothing is looked up outside of what is passed in.</summary>
internal static class CertificateChain
{
    // As Go writes it, so that the sentence is the one operators know.
    private const string TimeFormat = "ddd, dd MMM yyyy HH:mm:ss 'UTC'";

    /// <summary>Checks a chain, leaf first, against roots (PEM).</summary>
    /// <param name="chain">The leaf, followed by what leads to a root (PEM).</param>
    /// <param name="roots">The trusted roots (PEM).</param>
    /// <param name="now">Time of this machine.</param>
    /// <param name="allowExpired">Accept what was valid once.</param>
    public static ChainCheck Check(string chain, string roots, DateTimeOffset now, bool allowExpired = false)
    {
        X509Certificate2Collection? certificates = null, trusted = null;
        try
        {
            certificates = CertificatePem.Read(chain);
            trusted = CertificatePem.Read(roots);
            return Check(certificates, trusted, now, allowExpired);
        }
        catch (CryptographicException exception)
        {
            return new(ChainFault.Unreadable, $"the certificate could not be read: {exception.Message}");
        }
        finally
        {
            CertificatePem.Dispose(certificates ?? []);
            CertificatePem.Dispose(trusted ?? []);
        }
    }

    /// <inheritdoc cref="Check(string, string, DateTimeOffset, bool)"/>
    public static ChainCheck Check(
        X509Certificate2Collection chain,
        X509Certificate2Collection roots,
        DateTimeOffset now,
        bool allowExpired = false)
    {
        for (var i = 0; i < chain.Count; i++)
        {
            if (CheckTime(chain[i], i + 1, now, allowExpired) is { } fault)
            {
                return fault;
            }
        }

        var at = allowExpired ? WhenAllWereValid(chain, now) : now;
        return chain.Count == 2
            && CertificateSignature.IsIssuer(chain[1], chain[0])
            && CertificateSignature.IsCrossSigned(chain[1], roots, at)
                ? Trusted(chain[0], chain[1])
                : Build(chain, roots, at);
    }

    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString(TimeFormat, System.Globalization.CultureInfo.InvariantCulture);

    public static DateTimeOffset NotBefore(X509Certificate2 certificate) =>
        new(certificate.NotBefore.ToUniversalTime(), TimeSpan.Zero);

    public static DateTimeOffset NotAfter(X509Certificate2 certificate) =>
        new(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);

    private static bool IsSameAuthority(X509Certificate2 one, X509Certificate2 other) =>
        one.SubjectName.RawData.AsSpan().SequenceEqual(other.SubjectName.RawData)
        && one.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(
            other.PublicKey.ExportSubjectPublicKeyInfo());

    private static ChainCheck? CheckTime(X509Certificate2 certificate, int number, DateTimeOffset now,
        bool allowExpired)
    {
        var name = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if (now < NotBefore(certificate))
        {
            return new(
                ChainFault.NotYetValid,
                $"certificate ({number} - {name}) not valid before {Format(NotBefore(certificate))}, "
                + $"and it is currently {Format(now)}");
        }

        return !allowExpired && now > NotAfter(certificate)
            ? new(
                ChainFault.Expired,
                $"certificate ({number} - {name}) not valid after {Format(NotAfter(certificate))}, "
                + $"and it is currently {Format(now)}")
            : null;
    }

    private static DateTimeOffset WhenAllWereValid(X509Certificate2Collection chain, DateTimeOffset now)
    {
        // Verifiers disagree about the last second.
        var end = chain.Min(NotAfter).AddSeconds(-1);
        return now < end ? now : end;
    }

    private static ChainCheck Build(X509Certificate2Collection chain, X509Certificate2Collection roots,
        DateTimeOffset at)
    {
        using var builder = new X509Chain();
        var policy = builder.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(roots);
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = at.UtcDateTime;
        for (var i = 1; i < chain.Count; i++)
        {
            // One that says what a root says already leads the search astray.
            if (!roots.Any(root => IsSameAuthority(root, chain[i])))
            {
                policy.ExtraStore.Add(chain[i]);
            }
        }

        var trusted = builder.Build(chain[0]);
        try
        {
            if (!trusted || builder.ChainElements.Count < 2)
            {
                var name = chain[0].GetNameInfo(X509NameType.SimpleName, forIssuer: false);
                var status = string.Join("; ", builder.ChainStatus.Select(item => item.StatusInformation.Trim()));
                return new(ChainFault.Untrusted, $"certificate ({name}) is not signed by the swarm's root: {status}");
            }

            return Trusted(chain[0], builder.ChainElements[1].Certificate);
        }
        finally
        {
            foreach (var element in builder.ChainElements)
            {
                element.Certificate.Dispose();
            }
        }
    }

    private static ChainCheck Trusted(X509Certificate2 leaf, X509Certificate2 issuer) => new(
        ChainFault.None,
        "",
        CertificateSubject.Of(leaf),
        ValueList.Create<byte>(issuer.SubjectName.RawData),
        ValueList.Create<byte>(issuer.PublicKey.ExportSubjectPublicKeyInfo()));
}
