using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Swarm.Hosting.DockerApi;

/// <summary>Serves the one request of a connection that takes its connection over.</summary>
/// <remarks>
/// Kestrel ignores a change of protocol that is asked for with a body, which is how <c>docker exec</c> asks, and ends
/// the answer as soon as the client has ended its input. So this request is served on the bare connection, by the same
/// routes as any other; all that is missing of HTTP here is what such a request never has: a body of unknown length.
/// </remarks>
internal static class HijackServer
{
    private const string CommonHeaders = "Docker-Experimental: false\r\nOstype: linux\r\n";

    /// <summary>Whether a request is one of those.</summary>
    public static bool Takes(RequestHead head)
    {
        var path = head.Target.Split('?', 2)[0].Split('/');
        return head.ChangesProtocol
            && HttpMethods.IsPost(head.Method)
            && path is ["", .., "exec", { Length: > 0 }, "start"]
            && path.Length <= 5;
    }

    /// <summary>Serves it; the connection is of no further use then.</summary>
    public static async Task ServeAsync(
        ConnectionContext connection, RequestHead head, DockerEngineApi api, CancellationToken stopping)
    {
        try
        {
            var transport = connection.Transport;
            var body = await ReadAsync(transport.Input, head, api.MaxBodyBytes, stopping);
            var hijack = new Hijack(transport, CommonHeaders);
            var http = CreateContext(connection, head, body ?? []);
            http.Features.Set(hijack);
            using var answer = new MemoryStream();
            http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answer));
            if (body is null)
            {
                http.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            }
            else
            {
                await api.InvokeAsync(http, stopping);
            }

            if (!hijack.IsTaken)
            {
                await AnswerAsync(transport.Output, http.Response, answer, stopping);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // Whoever is left sees the connection end.
        }
    }

    // Null when there is more than is taken, or nobody knows how much.
    private static async Task<byte[]?> ReadAsync(
        PipeReader input, RequestHead head, int maxBytes, CancellationToken cancellationToken)
    {
        if (head.BodyLength is not { } length || length > maxBytes)
        {
            return null;
        }

        var whole = head.Length + (int)length;
        var read = await input.ReadAtLeastAsync(whole, cancellationToken);
        if (read.Buffer.Length < whole)
        {
            throw new IOException("the request ended early");
        }

        var body = read.Buffer.Slice(head.Length, length).ToArray();
        input.AdvanceTo(read.Buffer.GetPosition(whole));
        return body;
    }

    private static DefaultHttpContext CreateContext(ConnectionContext connection, RequestHead head, byte[] body)
    {
        var target = head.Target.Split('?', 2);
        var headers = new HeaderDictionary();
        foreach (var (name, value) in head.Headers)
        {
            headers.Append(name, value);
        }

        var features = new FeatureCollection(connection.Features);
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = head.Method,
            Scheme = "http",
            Protocol = "HTTP/1.1",
            RawTarget = head.Target,
            Path = Uri.UnescapeDataString(target[0]),
            QueryString = target.Length > 1 ? $"?{target[1]}" : "",
            Headers = headers,
            Body = new MemoryStream(body, writable: false),
        });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature());
        var remote = connection.RemoteEndPoint as IPEndPoint;
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature
        {
            ConnectionId = connection.ConnectionId,
            RemoteIpAddress = remote?.Address,
            RemotePort = remote?.Port ?? 0,
        });
        return new(features);
    }

    private static async Task AnswerAsync(
        PipeWriter output, HttpResponse response, MemoryStream body, CancellationToken cancellationToken)
    {
        var head = new StringBuilder();
        head.Append(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {response.StatusCode} {ReasonPhrases.GetReasonPhrase(response.StatusCode)}\r\n");
        foreach (var (name, values) in response.Headers)
        {
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                head.Append(CultureInfo.InvariantCulture, $"{name}: {values}\r\n");
            }
        }

        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        output.Write(Encoding.Latin1.GetBytes(head.ToString()));
        output.Write(body.GetBuffer().AsSpan(0, (int)body.Length));
        await output.FlushAsync(cancellationToken);
    }
}
