using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Swarm.Hosting.DockerApi;

/// <summary>A Docker Engine behind this API: what is not the swarm's is the engine's to answer.</summary>
internal interface IEngineGateway
{
    /// <summary>Newest version that the engine answers; the oldest of all until it was asked.</summary>
    ApiVersion MaximumVersion { get; }

    /// <summary>Which builder the engine would have the docker command use; null when it does not say.</summary>
    string? BuilderVersion { get; }

    /// <summary>Hands a request on as it is, and its answer back as it comes.</summary>
    /// <exception cref="DockerApiException">Status 503: the engine does not answer.</exception>
    Task ForwardAsync(HttpContext http, CancellationToken cancellationToken);

    /// <summary>Asks the engine itself.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="pathAndQuery">What is asked, without a version.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The document; null when the engine has no such object.</returns>
    /// <exception cref="DockerApiException">The engine's own error, or 503 when it does not answer.</exception>
    Task<JsonNode?> AskAsync(HttpMethod method, string pathAndQuery, CancellationToken cancellationToken);

    /// <summary>Opens a stream of documents, one a line.</summary>
    /// <exception cref="DockerApiException">The engine's own error, or 503 when it does not answer.</exception>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLinesAsync(string pathAndQuery, CancellationToken cancellationToken);

    /// <summary>
    /// Serves a connection whose first request changes the protocol, as <c>docker exec</c> and <c>attach</c> do: from
    /// then on it is between client and engine.
    /// </summary>
    Task TunnelAsync(ConnectionContext connection, CancellationToken stopping);
}
