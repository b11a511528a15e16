using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Swarm.Certificates;
using Swarm.Certificates.Access;
using Swarm.Certificates.Nodes;
using Swarm.Hosting.Wire.Client;

namespace Swarm.Hosting.Wire.Server;

/// <summary>
/// Passes calls that only the leader can answer on to it, byte by byte, in the name of whoever calls: so every
/// manager's
/// address is as good as the leader's.
/// </summary>
internal sealed partial class LeaderProxy(ManagerServices services, TimeProvider time, ILogger<LeaderProxy> logger)
    : IDisposable
{
    private const string Unavailable = "14";

    private static readonly string[] PassedHeaders =
        ["te", "grpc-timeout", "grpc-encoding", "grpc-accept-encoding", "user-agent"];

    private readonly ILogger _logger = logger;
    private readonly Lock _gate = new();
    private NodeIdentity? _identity;
    private HttpMessageInvoker? _client;

    /// <summary>Passes the call on, or lets it through to this manager.</summary>
    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        var method = http.Request.Path.Value ?? "";
        if (RpcAccess.For(method) is not { GoesToLeader: true }
            || services.Authority() is not null
            || services.Quorum() is not { Leads: false, Leader: { } leader }
            || http.Request.Headers.ContainsKey(Caller.Redirect)
            || !IsAllowed(method, http, out var subject))
        {
            await next(http);
            return;
        }

        try
        {
            await PassOnAsync(http, method, leader.Addr, subject);
        }
        catch (Exception exception) when (
            exception is HttpRequestException or IOException or OperationCanceledException)
        {
            LogFailed(method, leader.Addr, exception.Message);
            Fail(http, $"the leader {leader.Addr} cannot be reached: {exception.Message}");
        }
    }

    public void Dispose() => _client?.Dispose();

    // What is refused here is refused in the words of the gate.
    private bool IsAllowed(string method, HttpContext http, out CertificateSubject? subject)
    {
        subject = http.Connection.ClientCertificate is { } certificate ? CertificateSubject.Of(certificate) : null;
        if (http.Request.Headers.ContainsKey(Caller.Forwarded)
            || http.Request.Headers.ContainsKey(Caller.ForwardedName))
        {
            return false;
        }

        try
        {
            var peer = new RpcPeer(subject);
            RpcAuthorization.Authorize(method, peer, services.Swarm());
            return true;
        }
        catch (SwarmException)
        {
            return false;
        }
    }

    private async Task PassOnAsync(HttpContext http, string method, string leader, CertificateSubject? subject)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, ManagerChannel.UriOf(leader) + method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new PassedBody(http.Request.Body, http.RequestAborted),
        };
        request.Content.Headers.TryAddWithoutValidation("content-type", http.Request.ContentType);
        foreach (var name in PassedHeaders)
        {
            if (http.Request.Headers.TryGetValue(name, out var value))
            {
                request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value);
            }
        }

        // Set for callers without a certificate, too: the leader must not take them for this manager.
        var origin = Caller.EndPointOf(http.Connection);
        request.Headers.TryAddWithoutValidation(Caller.Forwarded, "true");
        request.Headers.TryAddWithoutValidation(Caller.ForwardedName, subject?.NodeId.Value ?? "");
        request.Headers.TryAddWithoutValidation(Caller.ForwardedUnit, subject?.Unit ?? "");
        request.Headers.TryAddWithoutValidation(Caller.ForwardedOrganization, subject?.ClusterId.Value ?? "");
        request.Headers.TryAddWithoutValidation(Caller.ForwardedAddress, origin);
        request.Headers.TryAddWithoutValidation(Caller.Redirect, origin);
        using var response = await Client().SendAsync(request, http.RequestAborted);
        http.Response.StatusCode = (int)response.StatusCode;
        Copy(response.Headers, http.Response);
        Copy(response.Content.Headers, http.Response);
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await using (var body = await response.Content.ReadAsStreamAsync(http.RequestAborted))
        {
            await PassedBody.CopyAsync(body, http.Response.Body, http.RequestAborted);
        }

        foreach (var (name, values) in response.TrailingHeaders)
        {
            http.Response.AppendTrailer(name, new StringValues([.. values]));
        }
    }

    private HttpMessageInvoker Client()
    {
        lock (_gate)
        {
            var identity = services.Identity.Value;
            if (_client is null || _identity != identity)
            {
                // Calls in progress end with the old connections; agents open their sessions anew.
                _client?.Dispose();
                _client = new HttpMessageInvoker(ManagerChannel.HandlerOf(identity, time));
                _identity = identity;
            }

            return _client;
        }
    }

    // An answer without messages has its status in the headers, and is one no longer when it was flushed.
    private static void Copy(IEnumerable<KeyValuePair<string, IEnumerable<string>>> from, HttpResponse to)
    {
        foreach (var (name, values) in from)
        {
            var value = new StringValues([.. values]);
            if (name is "grpc-status" or "grpc-message" or "grpc-status-details-bin")
            {
                to.AppendTrailer(name, value);
            }
            else
            {
                to.Headers[name] = value;
            }
        }
    }

    private static void Fail(HttpContext http, string message)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = "application/grpc";
        http.Response.Headers["grpc-status"] = Unavailable;
        http.Response.Headers["grpc-message"] = Uri.EscapeDataString(message);
    }

    [LoggerMessage(4110, LogLevel.Debug, "{Method} could not be passed on to the leader {Leader}: {Reason}")]
    private partial void LogFailed(string method, string leader, string reason);

    /// <summary>A body that is sent as it comes in.</summary>
    private sealed class PassedBody(Stream source, CancellationToken aborted) : HttpContent
    {
        private const int BufferBytes = 16 * 1024;

        public static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
        {
            var buffer = new byte[BufferBytes];
            await to.FlushAsync(cancellationToken);
            while (await from.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                await to.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                await to.FlushAsync(cancellationToken);
            }
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            CopyAsync(source, stream, aborted);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
