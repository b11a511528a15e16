using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Swarm.Certificates.Rotation;

/// <summary>The authorities outside of the swarm that sign for one root, tried in the order in which they are listed.</summary>
internal sealed class ExternalAuthority(IExternalCaClient? client, TimeProvider time)
{
    /// <summary>Time an authority has for an answer (SwarmKit's number).</summary>
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The authorities that sign for a root; one that names none signs for the root in force.</summary>
    public static IReadOnlyList<ExternalCa> For(string root, RootCa current, ValueList<ExternalCa> all)
    {
        var wanted = CertificatePem.Normalize(root);
        var byDefault = CertificatePem.Normalize(current.Certificate);
        return [.. all.Where(authority => wanted ==
            (authority.CaCertificate.Length == 0 ? byDefault : CertificatePem.Normalize(authority.CaCertificate)))];
    }

    /// <summary>True when one of them answers with a certificate under the root.</summary>
    public async Task<bool> IsAnyReachableAsync(
        IReadOnlyList<ExternalCa> authorities,
        string root,
        CancellationToken cancellationToken)
    {
        foreach (var authority in authorities)
        {
            if (client is not null
                && Uri.TryCreate(authority.Url, UriKind.Absolute, out var uri)
                && uri.Scheme == Uri.UriSchemeHttps
                && await IsReachableAsync(authority.Url, root, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Has the certificate of a node signed.</summary>
    /// <exception cref="SigningDelayedException">No authority could be asked; try again.</exception>
    /// <exception cref="SwarmException">The last authority asked refuses.</exception>
    public Task<string> SignAsync(
        IReadOnlyList<ExternalCa> authorities,
        string roots,
        string signingRequest,
        CertificateSubject subject,
        CancellationToken cancellationToken) =>
        PostAsync(authorities, roots, CfsslProtocol.SignNode(signingRequest, subject), cancellationToken);

    /// <summary>Has a new root signed under the old one.</summary>
    /// <inheritdoc cref="SignAsync" path="/exception"/>
    /// <exception cref="CryptographicException">The root or its key cannot be read.</exception>
    public async Task<string> CrossSignAsync(
        IReadOnlyList<ExternalCa> authorities,
        string oldRoot,
        string newRoot,
        string newKey,
        CancellationToken cancellationToken)
    {
        var (request, constraints) = CrossSigning.Request(newRoot, newKey);
        using var certificate = X509Certificate2.CreateFromPem(newRoot);
        var name = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        var document = CfsslProtocol.SignAuthority(request, name, constraints);
        return await PostAsync(authorities, oldRoot, document, cancellationToken);
    }

    private async Task<bool> IsReachableAsync(string url, string root, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await client!.IsReachableAsync(url, root, either.Token);
        }
        catch (Exception exception) when (IsFault(exception, cancellationToken))
        {
            return false;
        }
    }

    private async Task<string> PostAsync(
        IReadOnlyList<ExternalCa> authorities,
        string roots,
        byte[] document,
        CancellationToken cancellationToken)
    {
        Exception? last = null;
        foreach (var authority in authorities)
        {
            try
            {
                return await PostAsync(authority.Url, roots, document, cancellationToken);
            }
            catch (Exception exception) when (IsFault(exception, cancellationToken))
            {
                last = exception;
            }
        }

        throw last switch
        {
            SwarmException or SigningDelayedException => last,
            null => new SigningDelayedException("no external CA URLs"),
            _ => new SigningDelayedException("unable to perform certificate signing request", last),
        };
    }

    private async Task<string> PostAsync(
        string url,
        string roots,
        byte[] document,
        CancellationToken cancellationToken)
    {
        if (client is null)
        {
            throw new SigningDelayedException("this manager has no way to external certificate authorities");
        }

        using var limit = new CancellationTokenSource(CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        return CfsslProtocol.ReadCertificate(await client.PostAsync(url, roots, document, either.Token));
    }

    private static bool IsFault(Exception exception, CancellationToken cancellationToken) =>
        exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested;
}
