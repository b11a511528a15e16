using System.Runtime.CompilerServices;

namespace Swarm.Docker.Engine;

/// <content>Answers that last.</content>
internal sealed partial class EngineClient
{
    public async Task PullAsync(string image, string registryAuth, CancellationToken cancellationToken)
    {
        using var response = await RequestAsync(
            HttpMethod.Post,
            $"/images/create?fromImage={Escape(image)}",
            null,
            registryAuth,
            cancellationToken);
        await RequireAsync(response, NothingElse, cancellationToken);
        string? error = null;
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var line in EngineLines.ReadAsync(stream, cancellationToken))
        {
            error ??= EngineBody.Parse(line.Span, EngineJson.Wire.PullProgressDocument).Error;
        }

        if (error is not null)
        {
            throw new EngineException(response.StatusCode, error);
        }
    }

    public async Task<Stream> OpenLogsAsync(string nameOrId, string query, CancellationToken cancellationToken)
    {
        var response = await RequestAsync(
            HttpMethod.Get, $"/containers/{Escape(nameOrId)}/logs?{query}", null, "", cancellationToken);
        try
        {
            await RequireAsync(response, NothingElse, cancellationToken);
            return await response.Content.ReadAsStreamAsync(cancellationToken);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    public async IAsyncEnumerable<EngineEventDocument> WatchContainersAsync(
        string label, Action onConnected, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await RequestAsync(
            HttpMethod.Get,
            $"/events?filters={Filters(("type", "container"), ("label", label))}",
            null,
            "",
            cancellationToken);
        await RequireAsync(response, NothingElse, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        onConnected();
        await foreach (var line in EngineLines.ReadAsync(stream, cancellationToken))
        {
            yield return EngineBody.Parse(line.Span, EngineJson.Wire.EngineEventDocument);
        }
    }
}
