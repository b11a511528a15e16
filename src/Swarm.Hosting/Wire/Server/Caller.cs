using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Swarm.Certificates;
using Swarm.Certificates.Access;

namespace Swarm.Hosting.Wire.Server;

/// <summary>Who makes a call, as found out by TLS and, for calls that a manager passes on, by that manager.</summary>
internal static class Caller
{
    /// <summary>
    /// Says that a manager passes the call on, by the value <c>true</c>. Without it Docker's managers do not look at
    /// the rest, and take whoever called for the manager that passes it on.
    /// </summary>
    public const string Forwarded = "forwarded_cert";

    /// <summary>Metadata of calls that a manager passes on, as SwarmKit's proxies set them.</summary>
    public const string ForwardedName = "forwarded_cert_cn";
    public const string ForwardedUnit = "forwarded_cert_ou";
    public const string ForwardedOrganization = "forwarded_cert_org";

    /// <summary>Metadata of calls that a manager passes on: host and port of the caller, for Docker's managers.</summary>
    public const string ForwardedAddress = "remote_addr";

    /// <summary>Metadata of calls that a manager passes on: where they come from, host and port.</summary>
    public const string Redirect = "redirect";
    private const string NodeKey = "swarm.node";

    /// <summary>The caller of a request; its certificate was verified when the connection was made.</summary>
    public static RpcPeer Of(ServerCallContext context)
    {
        var connection = context.GetHttpContext().Connection;
        return new RpcPeer(
            connection.ClientCertificate is { } certificate ? CertificateSubject.Of(certificate) : null,
            ForwardedIn(context.RequestHeaders),
            AddressOf(connection));
    }

    /// <summary>Keeps the node that a call was found to be from.</summary>
    public static void Remember(ServerCallContext context, NodeId node) => context.UserState[NodeKey] = node;

    /// <summary>The node that calls; empty for callers without a certificate.</summary>
    public static NodeId NodeOf(ServerCallContext context) =>
        context.UserState.TryGetValue(NodeKey, out var node) ? (NodeId)node : default;

    /// <summary>The host that the call comes from, without port; of a call that a manager passes on, the caller's own.</summary>
    public static string AddressOf(ServerCallContext context) =>
        ForwardedIn(context.RequestHeaders) is not null
        && context.RequestHeaders.GetValue(Redirect) is { } origin
        && IPEndPoint.TryParse(origin, out var endPoint)
            ? endPoint.Address.ToString()
            : AddressOf(context.GetHttpContext().Connection);

    public static string AddressOf(ConnectionInfo connection) => connection.RemoteIpAddress switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } address => address.MapToIPv4().ToString(),
        IPAddress address => address.ToString(),
    };

    /// <summary>Host and port that the call comes from: Docker's managers take no address without a port.</summary>
    public static string EndPointOf(ConnectionInfo connection) =>
        IPAddress.TryParse(AddressOf(connection), out var address)
            ? new IPEndPoint(address, connection.RemotePort).ToString()
            : "";

    private static ForwardedCaller? ForwardedIn(Metadata headers)
    {
        var name = headers.GetValue(ForwardedName);
        var units = headers.GetAll(ForwardedUnit).Select(entry => entry.Value).ToValueList();
        var organization = headers.GetValue(ForwardedOrganization);
        return headers.GetValue(Forwarded) is null && name is null && organization is null && units.IsEmpty
            ? null
            : new ForwardedCaller(name ?? "", units, organization ?? "");
    }
}
