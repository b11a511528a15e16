using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.DockerApi;

/// <summary>
/// The Docker Engine HTTP API of one node: finds the route, checks the version, carries the request out, and turns
/// whatever goes wrong into an answer.
/// </summary>
internal sealed partial class DockerEngineApi(
    ISwarmNode node,
    DockerRouter router,
    DockerApiOptions options,
    TimeProvider timeProvider,
    ILogger<DockerEngineApi> logger,
    IEngineGateway? engine = null)
{
    private readonly string _server = $"Swarm/{options.ServerVersion} (linux)";
    private readonly DockerRoute? _toEngine = engine is { } behind
        ? new("*", "/", call => behind.ForwardAsync(call.Http, call.Cancellation), isStream: true)
        : null;

    /// <summary>Largest request body in bytes.</summary>
    internal int MaxBodyBytes => options.MaxBodyBytes;

    /// <summary>Newest version answered.</summary>
    private ApiVersion Maximum => options.MaximumWith(engine);

    /// <summary>Carries out one request.</summary>
    /// <param name="http">The request; its path is below the root of this API.</param>
    /// <param name="stopping">The server stops: streams end.</param>
    public async Task InvokeAsync(HttpContext http, CancellationToken stopping = default)
    {
        AddCommonHeaders(http.Response.Headers);
        var (requested, rest) = SplitVersion(http.Request.Path.Value ?? "/");
        if (router.TryMatch(http.Request.Method, rest, out var route, out var values))
        {
            await RunAsync(http, route, values, requested, stopping);
        }
        else if (_toEngine is not null)
        {
            await RunAsync(http, _toEngine, DockerRoute.NoValues, requested, stopping);
        }
        else if (options.Fallback is { } fallback)
        {
            await fallback(http);
        }
        else
        {
            await AnswerAsync(http, StatusCodes.Status404NotFound, "page not found");
        }
    }

    private async Task RunAsync(
        HttpContext http,
        DockerRoute route,
        IReadOnlyDictionary<string, string> values,
        ApiVersion? requested,
        CancellationToken stopping)
    {
        var version = requested ?? Maximum;
        if (RefusalOf(version) is { } refusal)
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, refusal);
            return;
        }

        using var limit = new CancellationTokenSource(
            route.IsStream ? Timeout.InfiniteTimeSpan : options.RequestTimeout, timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping, limit.Token);
        using var actor = SwarmActor.As(CallerName.Of(http));
        try
        {
            await route.Handler(new DockerCall(http, version, values, node, options, timeProvider, linked.Token));
        }
        catch (DockerApiException e)
        {
            await AnswerAsync(http, e.Status, e.Message);
        }
        catch (SwarmException e)
        {
            await AnswerAsync(http, DockerErrors.StatusOf(e.Code), DockerErrors.TextOf(e));
        }
        catch (BadHttpRequestException e)
        {
            await AnswerAsync(http, e.StatusCode, e.Message);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            await AnswerAsync(
                http,
                StatusCodes.Status503ServiceUnavailable,
                "rpc error: code = DeadlineExceeded desc = context deadline exceeded");
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && http.Response.HasStarted)
        {
            // A stream ends with the engine.
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await AnswerAsync(http, StatusCodes.Status503ServiceUnavailable, "the engine is shutting down");
        }
        catch (Exception e)
        {
            LogFailure(e, http.Request.Method, route.Pattern);
            await AnswerAsync(
                http, StatusCodes.Status500InternalServerError, "internal error; see the log of the engine");
        }
    }

    /// <summary>Why a version is not spoken; null when it is.</summary>
    private string? RefusalOf(ApiVersion version)
    {
        if (version > Maximum)
        {
            return $"client version {version} is too new. Maximum supported API version is {Maximum}";
        }

        return version < ApiVersion.Minimum
            ? $"client version {version} is too old. Minimum supported API version is {ApiVersion.Minimum}, "
                + "please upgrade your client to a newer version"
            : null;
    }

    /// <summary>Cuts <c>/v1.41</c> off; a path without a version, or with a bad one, stays as it is.</summary>
    private static (ApiVersion? Version, string Path) SplitVersion(string path)
    {
        if (!path.StartsWith("/v", StringComparison.Ordinal))
        {
            return (null, path);
        }

        var slash = path.IndexOf('/', 1);
        return slash > 0 && ApiVersion.TryParse(path.AsSpan(2, slash - 2), out var version)
            ? (version, path[slash..])
            : (null, path);
    }

    private void AddCommonHeaders(IHeaderDictionary headers)
    {
        headers["Api-Version"] = Maximum.ToString();
        headers["Docker-Experimental"] = "false";
        headers["Ostype"] = "linux";
        headers.Server = _server;
    }

    private async Task AnswerAsync(HttpContext http, int status, string message)
    {
        if (http.Response.HasStarted)
        {
            LogCutAnswer(message);
            http.Abort();
            return;
        }

        var call = new DockerCall(
            http, Maximum, DockerRoute.NoValues, node, options, timeProvider, http.RequestAborted);
        await call.WriteAsync(new ErrorBody(message), HttpJson.Wire.ErrorBody, status);
    }

    [LoggerMessage(4000, LogLevel.Error, "{Method} {Route} failed")]
    private partial void LogFailure(Exception exception, string method, string route);

    [LoggerMessage(4001, LogLevel.Warning, "An answer was cut off: {Reason}")]
    private partial void LogCutAnswer(string reason);
}
