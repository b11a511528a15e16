using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Swarm.Hosting.DockerApi;

/// <summary>Who calls the API: the user that the host knows, the user at a unix socket, or an address.</summary>
internal static class CallerName
{
    // Linux: SOL_SOCKET, SO_PEERCRED, and struct ucred of three numbers: process, user, group.
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int CredentialsSize = 12;

    public static string Of(HttpContext http)
    {
        if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
        {
            return "";
        }

        return http.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name
            : http.Connection.RemoteIpAddress is { } address ? $"tcp {address}"
            : http.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket ? OfSocket(socket)
            : "";
    }

    private static string OfSocket(Socket socket)
    {
        if (!OperatingSystem.IsLinux() || socket.AddressFamily != AddressFamily.Unix)
        {
            return "unix";
        }

        Span<byte> credentials = stackalloc byte[CredentialsSize];
        try
        {
            return socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) == CredentialsSize
                ? $"unix uid {BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..])}"
                : "unix";
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return "unix";
        }
    }
}
