using System.Security.Cryptography;

namespace Swarm.Certificates.Rotation;

/// <summary>
/// Decides what an update of the settings means for the root: nothing, another key for it, the end of a rotation, or a
/// rotation. Rules and texts are SwarmKit's.
/// </summary>
internal sealed class RootPlanner(RandomBytes random, TimeProvider time, IExternalCaClient? client = null)
{
    private readonly ExternalAuthority _external = new(client, time);

    /// <summary>The authority that a swarm has once new settings are in force.</summary>
    /// <exception cref="SwarmException">The settings cannot be carried out.</exception>
    public async Task<RootCa> DecideAsync(RootCa current, CaConfig wanted, CancellationToken cancellationToken)
    {
        if (client is null && !wanted.ExternalCas.IsEmpty)
        {
            // Refused rather than stored: nothing would be signed any more.
            throw new SwarmException(
                SwarmErrorCode.Unimplemented,
                "this manager has no way to external certificate authorities");
        }

        var desired = CertificatePem.Normalize(wanted.SigningCaCertificate);
        if (wanted.SigningCaCertificate.Length > 0 && desired.Length == 0)
        {
            throw SwarmException.InvalidArgument("could not parse the desired CA certificate");
        }

        if (wanted.SigningCaKey.Length > 0 && desired.Length == 0)
        {
            throw SwarmException.InvalidArgument(
                "if a signing CA key is provided, the signing CA cert must also be provided");
        }

        var root = CertificatePem.Normalize(current.Certificate);
        if (current.PrivateKey.Length == 0)
        {
            if (desired == root && wanted.SigningCaKey.Length > 0)
            {
                RootRules.RequireMatch(desired, wanted.SigningCaKey);
                return Keep(current, wanted);
            }

            await RequireAuthorityAsync(current, wanted, root, "current", cancellationToken);
        }

        return desired.Length == 0
            ? await WithoutCertificateAsync(current, wanted, cancellationToken)
            : await WithCertificateAsync(current, wanted, desired, root, cancellationToken);
    }

    private async Task<RootCa> WithoutCertificateAsync(
        RootCa current,
        CaConfig wanted,
        CancellationToken cancellationToken)
    {
        if (current.LastForcedRotation != wanted.ForceRotate)
        {
            var made = RootCertificate.Create(time.GetUtcNow(), random);
            return await RotateAsync(current, wanted, made.Certificate, made.PrivateKey, cancellationToken);
        }

        if (current.Rotation is { PrivateKey.Length: 0 } rotation)
        {
            var next = CertificatePem.Normalize(rotation.Certificate);
            await RequireAuthorityAsync(current, wanted, next, "next", cancellationToken);
        }

        return current;
    }

    private async Task<RootCa> WithCertificateAsync(
        RootCa current,
        CaConfig wanted,
        string desired,
        string root,
        CancellationToken cancellationToken)
    {
        RootRules.Validate(desired, wanted.SigningCaKey, time.GetUtcNow());
        if (wanted.SigningCaKey.Length == 0)
        {
            await RequireAuthorityAsync(current, wanted, desired, "desired", cancellationToken);
        }

        if (desired == root)
        {
            return Keep(current, wanted);
        }

        // One key under two certificates makes chains that verifiers disagree about.
        if (RootRules.HaveSameKey(desired, root))
        {
            throw SwarmException.InvalidArgument("Cannot update to a cert with an identical key");
        }

        return current.Rotation is { } rotation && CertificatePem.Normalize(rotation.Certificate) == desired
            ? current with
            {
                Rotation = rotation with { PrivateKey = wanted.SigningCaKey },
                LastForcedRotation = wanted.ForceRotate,
            }
            : await RotateAsync(current, wanted, desired, wanted.SigningCaKey, cancellationToken);
    }

    // Whatever was under way ends: nodes may be on either issuer, both lead to this root.
    private static RootCa Keep(RootCa current, CaConfig wanted) => current with
    {
        PrivateKey = wanted.SigningCaKey,
        Rotation = null,
        LastForcedRotation = wanted.ForceRotate,
    };

    // Always from the root that nodes trust, also when a rotation to a third one is under way.
    private async Task<RootCa> RotateAsync(
        RootCa current,
        CaConfig wanted,
        string certificate,
        string privateKey,
        CancellationToken cancellationToken)
    {
        if (current.PrivateKey.Length == 0 && privateKey.Length == 0)
        {
            throw SwarmException.InvalidArgument(
                "rotating from one external CA to a different external CA is not supported");
        }

        return current with
        {
            Rotation = new()
            {
                Certificate = certificate,
                PrivateKey = privateKey,
                CrossSignedCertificate =
                    await CrossSignAsync(current, wanted, certificate, privateKey, cancellationToken),
            },
            LastForcedRotation = wanted.ForceRotate,
        };
    }

    private async Task<string> CrossSignAsync(
        RootCa current,
        CaConfig wanted,
        string certificate,
        string privateKey,
        CancellationToken cancellationToken)
    {
        var authorities = ExternalAuthority.For(current.Certificate, current, wanted.ExternalCas);
        if (current.PrivateKey.Length == 0 && authorities.Count == 0)
        {
            throw SwarmException.InvalidArgument(
                "must provide an external CA for the current external root CA to generate a cross-signed certificate");
        }

        try
        {
            using var signer = CertificateSigningKey.OfTrustedRoot(current);
            var signed = signer is null
                ? await _external.CrossSignAsync(
                    authorities,
                    current.Certificate,
                    certificate,
                    privateKey,
                    cancellationToken)
                : CrossSigning.Sign(certificate, signer, random);
            CrossSigning.Verify(signed, certificate, current.Certificate);
            return signed;
        }
        catch (Exception exception) when (exception
            is CryptographicException or SigningDelayedException or SwarmException)
        {
            throw new SwarmException(
                SwarmErrorCode.Internal,
                "unable to generate a cross-signed certificate for root rotation",
                exception);
        }
    }

    private async Task RequireAuthorityAsync(
        RootCa current,
        CaConfig wanted,
        string root,
        string description,
        CancellationToken cancellationToken)
    {
        var authorities = ExternalAuthority.For(root, current, wanted.ExternalCas);
        if (!await _external.IsAnyReachableAsync(authorities, root, cancellationToken))
        {
            throw SwarmException.InvalidArgument(
                "there must be at least one valid, reachable external CA corresponding to the "
                + $"{description} CA certificate");
        }
    }
}
