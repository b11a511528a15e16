using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Swarm.Dashboard;

/// <summary>
/// Who is let in. Without the host's own authorization only this machine is, and only under a name that a page from
/// elsewhere cannot have bent to it; changes besides need a header that a form or an image of another site cannot send.
/// </summary>
internal sealed class Gate(DashboardOptions options)
{
    /// <summary>The header that a change carries.</summary>
    public const string ActionHeader = "X-Swarm-Dashboard";

    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Why a request is refused; null when it is not.</summary>
    public string? Refuses(HttpContext context)
    {
        var authorized = context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>() is not null;
        if (!authorized && !IsLocal(context.Connection.RemoteIpAddress))
        {
            return "the dashboard answers this machine only; map it with RequireAuthorization to let others in";
        }

        // Behind an authorization a bent name does not help: the browser sends it no credentials.
        return (!authorized || options.AllowedHosts.Count > 0) && !IsKnown(context.Request.Host)
            ? $"the dashboard does not answer to the host name {context.Request.Host}; see AllowedHosts"
            : null;
    }

    /// <summary>Why a change is refused; null when it is not.</summary>
    public string? RefusesAction(HttpContext context)
    {
        var request = context.Request;
        if (!options.AllowActions)
        {
            return "the dashboard only shows; AllowActions is off";
        }

        if (!request.Headers.ContainsKey(ActionHeader) || !request.HasJsonContentType())
        {
            return $"a change needs the header {ActionHeader} and a JSON body";
        }

        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var origin = request.Headers.Origin.ToString();
        return site is not ("" or "same-origin") || (origin.Length > 0 && !IsOwn(origin, request))
            ? "the change comes from another site"
            : null;
    }

    public static void AddHeaders(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    private static bool IsLocal(IPAddress? address) => address is null || IPAddress.IsLoopback(
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static bool IsOwn(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && uri.Authority.Equals(
            Uri.TryCreate($"{uri.Scheme}://{request.Host}", UriKind.Absolute, out var own) ? own.Authority : null,
            StringComparison.OrdinalIgnoreCase);

    private bool IsKnown(HostString host) =>
        host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
        || options.AllowedHosts.Any(allowed => allowed.Equals(host.Host, StringComparison.OrdinalIgnoreCase));
}
