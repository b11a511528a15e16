using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Swarm.Docker.Engine;

/// <summary>The Docker Engine API over a socket file or TCP.</summary>
internal sealed partial class EngineClient(EngineTransport transport, TimeProvider time) : IDockerEngine
{
    /// <summary>Time for everything that is not as long as an image or a task.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(2);

    private static readonly HttpStatusCode[] NothingElse = [];
    private static readonly HttpStatusCode[] OrGone = [HttpStatusCode.NotFound];

    // A conflict means that what was to end has ended, or is being removed by somebody else.
    private static readonly HttpStatusCode[] OrGoneOrEnded = [HttpStatusCode.NotFound, HttpStatusCode.Conflict];

    public EngineAddress Address => transport.Address;

    public async Task<EngineInfoDocument> InfoAsync(CancellationToken cancellationToken)
    {
        await WithinAsync(transport.PingAsync, cancellationToken);
        return await GetAsync("/info", EngineJson.Wire.EngineInfoDocument, cancellationToken);
    }

    public Task<bool> HasImageAsync(string image, CancellationToken cancellationToken) =>
        WithinAsync(
            async token =>
            {
                using var response = await RequestAsync(
                    HttpMethod.Get, $"/images/{Escape(image)}/json", null, "", token);
                return response.StatusCode == HttpStatusCode.NotFound ? false
                    : response.IsSuccessStatusCode ? true
                    : throw await EngineBody.ReadErrorAsync(response, token);
            },
            cancellationToken);

    public Task<ContainerSummaryDocument[]> ListContainersAsync(string label, CancellationToken cancellationToken) =>
        GetAsync(
            $"/containers/json?all=1&filters={Filters(("label", label))}",
            EngineJson.Wire.ContainerSummaryDocumentArray,
            cancellationToken);

    public Task<ContainerDocument?> FindContainerAsync(string nameOrId, CancellationToken cancellationToken) =>
        FindAsync($"/containers/{Escape(nameOrId)}/json", EngineJson.Wire.ContainerDocument, cancellationToken);

    public Task<string> CreateContainerAsync(
        string name, ContainerCreateDocument container, CancellationToken cancellationToken) => WithinAsync(
        async token =>
        {
            using var body = ContentOf(container, EngineJson.Wire.ContainerCreateDocument);
            using var response = await RequestAsync(
                HttpMethod.Post, $"/containers/create?name={Escape(name)}", body, "", token);
            await RequireAsync(response, NothingElse, token);
            var created = await EngineBody.ReadJsonAsync(
                response.Content, EngineJson.Wire.ContainerCreatedDocument, token);
            return created.Id;
        },
        cancellationToken);

    public Task StartContainerAsync(string id, CancellationToken cancellationToken) =>
        PostAsync($"/containers/{id}/start", null, NothingElse, AnswerLimit, cancellationToken);

    public Task StopContainerAsync(string nameOrId, TimeSpan? gracePeriod, CancellationToken cancellationToken)
    {
        var seconds = gracePeriod is { } time ? $"?t={(long)Math.Ceiling(time.TotalSeconds)}" : "";
        return PostAsync(
            $"/containers/{Escape(nameOrId)}/stop{seconds}",
            null,
            OrGone,
            Timeout.InfiniteTimeSpan,
            cancellationToken);
    }

    public Task KillContainerAsync(string nameOrId, CancellationToken cancellationToken) => PostAsync(
        $"/containers/{Escape(nameOrId)}/kill",
        null,
        OrGoneOrEnded,
        AnswerLimit,
        cancellationToken);

    public Task RemoveContainerAsync(string nameOrId, CancellationToken cancellationToken) =>
        DeleteAsync($"/containers/{Escape(nameOrId)}?force=1&v=1", OrGoneOrEnded, cancellationToken);

    public async Task<EngineNetworkDocument?> FindNetworkAsync(string name, CancellationToken cancellationToken)
    {
        var candidates = await GetAsync(
            $"/networks?filters={Filters(("name", name))}",
            EngineJson.Wire.EngineNetworkDocumentArray,
            cancellationToken);
        return candidates.FirstOrDefault(network => network.Name == name);
    }

    public Task CreateNetworkAsync(NetworkCreateDocument network, CancellationToken cancellationToken) => PostAsync(
        "/networks/create",
        ContentOf(network, EngineJson.Wire.NetworkCreateDocument),
        NothingElse,
        AnswerLimit,
        cancellationToken);

    public Task RemoveNetworkAsync(string name, CancellationToken cancellationToken) =>
        DeleteAsync($"/networks/{Escape(name)}", OrGone, cancellationToken);

    public Task ConnectAsync(
        string network, string container, EndpointDocument endpoint, CancellationToken cancellationToken) => PostAsync(
        $"/networks/{Escape(network)}/connect",
        ContentOf(new(container, endpoint), EngineJson.Wire.NetworkConnectDocument),
        NothingElse,
        AnswerLimit,
        cancellationToken);

    public void Dispose() => transport.Dispose();

    private static ByteArrayContent ContentOf<T>(T document, JsonTypeInfo<T> type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(document, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private static string Filters(params (string Key, string Value)[] filters) => Uri.EscapeDataString(
        JsonSerializer.Serialize(
            filters.ToDictionary(filter => filter.Key, filter => new[] { filter.Value }, StringComparer.Ordinal),
            EngineJson.Wire.DictionaryStringStringArray));

    private static async Task RequireAsync(
        HttpResponseMessage response, HttpStatusCode[] alsoGood, CancellationToken cancellationToken)
    {
        // Not modified is what a stop says of a container that has ended.
        if (!response.IsSuccessStatusCode
            && response.StatusCode != HttpStatusCode.NotModified
            && !alsoGood.Contains(response.StatusCode))
        {
            throw await EngineBody.ReadErrorAsync(response, cancellationToken);
        }
    }

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class =>
        await FindAsync(path, type, cancellationToken)
            ?? throw new EngineException(HttpStatusCode.NotFound, $"the Docker daemon does not know {path}");

    private Task<T?> FindAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => WithinAsync(
        async token =>
        {
            using var response = await RequestAsync(HttpMethod.Get, path, null, "", token);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }

            await RequireAsync(response, NothingElse, token);
            return (T?)await EngineBody.ReadJsonAsync(response.Content, type, token);
        },
        cancellationToken);

    private Task<bool> PostAsync(
        string path,
        HttpContent? body,
        HttpStatusCode[] alsoGood,
        TimeSpan limit,
        CancellationToken cancellationToken) => WithinAsync(
        limit,
        async token =>
        {
            using (body)
            {
                using var response = await RequestAsync(HttpMethod.Post, path, body, "", token);
                await RequireAsync(response, alsoGood, token);
                return true;
            }
        },
        cancellationToken);

    private Task<bool> DeleteAsync(
        string path, HttpStatusCode[] alsoGood, CancellationToken cancellationToken) => WithinAsync(
        async token =>
        {
            using var response = await RequestAsync(HttpMethod.Delete, path, null, "", token);
            await RequireAsync(response, alsoGood, token);
        },
        cancellationToken);

    private async Task<HttpResponseMessage> RequestAsync(
        HttpMethod method, string path, HttpContent? body, string auth, CancellationToken cancellationToken)
    {
        await transport.EnsureVersionAsync(cancellationToken);
        using var request = new HttpRequestMessage(
            method, EngineTransport.UriOf($"/v{transport.Version}{path}"))
        { Content = body };
        if (auth.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("X-Registry-Auth", auth);
        }

        return await transport.SendAsync(request, cancellationToken);
    }

    private Task<bool> WithinAsync(
        Func<CancellationToken, Task> call, CancellationToken cancellationToken) => WithinAsync(
        async token =>
        {
            await call(token);
            return true;
        },
        cancellationToken);

    private Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        WithinAsync(AnswerLimit, call, cancellationToken);

    private async Task<T> WithinAsync<T>(
        TimeSpan limit, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await call(either.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            throw EngineUnreachableException.Silent(Address, limit);
        }
        catch (Exception exception) when (exception is HttpRequestException or HttpIOException)
        {
            throw EngineUnreachableException.Gone(Address, exception);
        }
    }
}
