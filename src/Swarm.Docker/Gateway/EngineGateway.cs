using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Swarm.Docker.Engine;
using Swarm.Hosting.DockerApi;

namespace Swarm.Docker.Gateway;

/// <summary>The way from this node's Docker API to the engine behind it.</summary>
internal sealed class EngineGateway(EngineTransport transport) : IEngineGateway
{
    public ApiVersion MaximumVersion => transport.Version;

    public string? BuilderVersion => transport.BuilderVersion;

    public Task ForwardAsync(HttpContext http, CancellationToken cancellationToken) =>
        ReachingAsync(async () =>
        {
            await RequestForwarder.ForwardAsync(http, transport, cancellationToken);
            return true;
        });

    public Task<JsonNode?> AskAsync(HttpMethod method, string pathAndQuery, CancellationToken cancellationToken) =>
        ReachingAsync(async () =>
        {
            using var response = await SendAsync(method, pathAndQuery, cancellationToken);
            if (response.StatusCode == System.Net.HttpStatusCode.NotFound)
            {
                return null;
            }

            await RequireAsync(response, cancellationToken);
            var body = await EngineBody.ReadAsync(response.Content, EngineBody.MaxDocumentBytes, cancellationToken);
            try
            {
                return JsonNode.Parse(body.Span);
            }
            catch (JsonException exception)
            {
                throw new InvalidDataException(
                    $"an answer of the Docker daemon cannot be read: {exception.Message}", exception);
            }
        });

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLinesAsync(
        string pathAndQuery, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await ReachingAsync(async () =>
        {
            var opened = await SendAsync(HttpMethod.Get, pathAndQuery, cancellationToken);
            await RequireAsync(opened, cancellationToken);
            return opened;
        });
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var line in EngineLines.ReadAsync(stream, cancellationToken))
        {
            yield return line;
        }
    }

    public Task TunnelAsync(ConnectionContext connection, CancellationToken stopping) =>
        ConnectionTunnel.ServeAsync(connection, transport.Address, stopping);

    private static async Task<T> ReachingAsync<T>(Func<Task<T>> operation)
    {
        try
        {
            return await operation();
        }
        catch (EngineUnreachableException exception)
        {
            throw new DockerApiException(StatusCodes.Status503ServiceUnavailable, exception.Message, exception);
        }
    }

    private static async Task RequireAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            var error = await EngineBody.ReadErrorAsync(response, cancellationToken);
            throw new DockerApiException((int)error.Status, error.Message, error);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string pathAndQuery, CancellationToken cancellationToken)
    {
        await transport.EnsureVersionAsync(cancellationToken);
        using var request = new HttpRequestMessage(
            method, EngineTransport.UriOf($"/v{transport.Version}{pathAndQuery}"));
        return await transport.SendAsync(request, cancellationToken);
    }
}
