using System.Globalization;
using System.Net;

namespace Swarm.Hosting.DockerApi;

/// <summary>Where the API listens: <c>unix:///path.sock</c> or <c>tcp://address:port</c>.</summary>
/// <param name="SocketPath">Path of the socket file; null for TCP.</param>
/// <param name="EndPoint">Address and port; null for a socket file.</param>
internal sealed record DockerApiAddress(string? SocketPath, IPEndPoint? EndPoint)
{
    private const string UnixPrefix = "unix://";
    private const string TcpPrefix = "tcp://";

    /// <summary>Longest path that fits into a socket address, without the closing zero.</summary>
    private const int MaxPathBytes = 107;

    /// <summary>Without TLS, whoever reaches the port controls the node.</summary>
    public bool IsExposed => EndPoint is not null && !IPAddress.IsLoopback(EndPoint.Address);

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">The text is no such address; the message says why.</exception>
    public static DockerApiAddress Parse(string text)
    {
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            return ParseUnix(text, text[UnixPrefix.Length..]);
        }

        if (text.StartsWith(TcpPrefix, StringComparison.Ordinal))
        {
            return ParseTcp(text, text[TcpPrefix.Length..].TrimEnd('/'));
        }

        throw new FormatException($"invalid API address \"{text}\": must start with unix:// or tcp://");
    }

    public override string ToString() =>
        SocketPath is null ? $"{TcpPrefix}{EndPoint}" : $"{UnixPrefix}{SocketPath}";

    private static DockerApiAddress ParseUnix(string text, string path)
    {
        if (!Path.IsPathRooted(path) || path.EndsWith('/'))
        {
            throw new FormatException($"invalid API address \"{text}\": the path of the socket must be absolute");
        }

        return System.Text.Encoding.UTF8.GetByteCount(path) <= MaxPathBytes
            ? new DockerApiAddress(path, null)
            : throw new FormatException(
                $"invalid API address \"{text}\": the path of a socket has at most {MaxPathBytes} bytes");
    }

    private static DockerApiAddress ParseTcp(string text, string hostAndPort)
    {
        var colon = hostAndPort.LastIndexOf(':');
        var host = colon < 0 ? "" : hostAndPort[..colon].Trim('[', ']');
        var address = host switch
        {
            "" => IPAddress.Any,
            "localhost" => IPAddress.Loopback,
            _ => IPAddress.TryParse(host, out var parsed) ? parsed : null,
        };
        var portText = hostAndPort.AsSpan(colon + 1);
        return colon >= 0
            && address is not null
            && ushort.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new DockerApiAddress(null, new IPEndPoint(address, port))
            : throw new FormatException($"invalid API address \"{text}\": must be tcp://address:port");
    }
}
