using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Primitives;
using Swarm.Docker.Engine;
using Swarm.Hosting.DockerApi;

namespace Swarm.Docker.Gateway;

/// <summary>Hands one request on and its answer back; both bodies as they come, of whatever length.</summary>
internal static class RequestForwarder
{
    private const int CopySize = 32 * 1024;

    // Between two neighbours only; each side has its own.
    private static readonly HashSet<string> OfConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade", "Host",
    };

    internal static async Task ForwardAsync(
        HttpContext http, EngineTransport transport, CancellationToken cancellationToken)
    {
        if (http.Request.Headers.ContainsKey("Upgrade"))
        {
            throw DockerApiException.NotImplemented(
                "a request that changes the protocol must be the first of its connection, and the connection one of "
                + "this API's own listeners");
        }

        // Whoever loads an image may take its time.
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        using var request = Write(http.Request);
        using var response = await transport.SendAsync(request, cancellationToken);
        Read(response, http.Response);
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        // Headers go ahead of a body that may take long: `docker run` starts nothing before its end is waited for.
        await http.Response.BodyWriter.FlushAsync(cancellationToken);
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await CopyAsync(response, http.Response, cancellationToken);
        }
    }

    private static HttpRequestMessage Write(HttpRequest request)
    {
        var forwarded = new HttpRequestMessage(
            new HttpMethod(request.Method),
            EngineTransport.UriOf($"{request.Path.ToUriComponent()}{request.QueryString.ToUriComponent()}"));
        if (request.ContentLength > 0 || request.Headers.ContainsKey("Transfer-Encoding"))
        {
            forwarded.Content = new StreamContent(request.Body, CopySize);
        }

        foreach (var (name, values) in request.Headers)
        {
            IEnumerable<string?> all = values;
            if (!OfConnection.Contains(name) && !forwarded.Headers.TryAddWithoutValidation(name, all))
            {
                forwarded.Content?.Headers.TryAddWithoutValidation(name, all);
            }
        }

        return forwarded;
    }

    private static void Read(HttpResponseMessage answer, HttpResponse response)
    {
        response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            // What this node speaks is for this node to say.
            if (!OfConnection.Contains(name) && name is not ("Api-Version" or "Server" or "Date"))
            {
                response.Headers[name] = new StringValues([.. values]);
            }
        }
    }

    // Each piece goes on at once: output of a container, progress of a pull.
    private static async Task CopyAsync(
        HttpResponseMessage answer, HttpResponse response, CancellationToken cancellationToken)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        while (true)
        {
            var read = await stream.ReadAsync(response.BodyWriter.GetMemory(CopySize), cancellationToken);
            if (read == 0)
            {
                return;
            }

            response.BodyWriter.Advance(read);
            await response.BodyWriter.FlushAsync(cancellationToken);
        }
    }
}
