namespace Swarm.Certificates.Rotation;

/// <summary>How authorities outside of the swarm are reached: HTTPS with this manager's certificate.</summary>
internal interface IExternalCaClient
{
    /// <summary>Largest answer that is read, in bytes (SwarmKit's number).</summary>
    const int MaxAnswer = 256 * 1024;

    /// <summary>Posts a JSON document. The server's certificate must lead to one of the roots.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="roots">Trusted roots (PEM).</param>
    /// <param name="json">The document.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Status and at most <see cref="MaxAnswer"/> bytes of the body.</returns>
    Task<ExternalCaAnswer> PostAsync(
        string url,
        string roots,
        ReadOnlyMemory<byte> json,
        CancellationToken cancellationToken);

    /// <summary>True when a TLS session with the server can be had and its certificate leads to one of the roots.</summary>
    Task<bool> IsReachableAsync(string url, string roots, CancellationToken cancellationToken);
}

/// <summary>An answer over HTTP.</summary>
internal sealed record ExternalCaAnswer(int Status, ValueList<byte> Body);

/// <summary>Signing failed for a reason that may pass; the request stays and is tried again.</summary>
internal sealed class SigningDelayedException : Exception
{
    public SigningDelayedException(string message)
        : base(message)
    {
    }

    public SigningDelayedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
