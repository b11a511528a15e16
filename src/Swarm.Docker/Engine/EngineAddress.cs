using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Swarm.Docker.Engine;

/// <summary>Where an engine answers: <c>unix:///path.sock</c> or <c>tcp://host:port</c>.</summary>
internal sealed record EngineAddress
{
    private const string UnixPrefix = "unix://";
    private const string TcpPrefix = "tcp://";

    /// <summary>Longest path that fits into a socket address, without the closing zero.</summary>
    private const int MaxPathBytes = 107;

    private readonly string _text;
    private readonly string? _socketPath;
    private readonly DnsEndPoint? _host;

    private EngineAddress(string text, string? socketPath, DnsEndPoint? host)
    {
        _text = text;
        _socketPath = socketPath;
        _host = host;
    }

    /// <summary>
    /// The engine runs on this machine, so that its containers see this machine's files and ports.
    /// </summary>
    internal bool IsLocal => _socketPath is not null
        || _host is { Host: "localhost" }
        || (IPAddress.TryParse(_host?.Host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">The text is no such address; the message says why.</exception>
    internal static EngineAddress Parse(string text)
    {
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            var path = text[UnixPrefix.Length..];
            return Path.IsPathRooted(path) && Encoding.UTF8.GetByteCount(path) <= MaxPathBytes
                ? new(text, path, host: null)
                : throw new FormatException(
                    $"invalid engine address \"{text}\": "
                    + $"the path must be absolute and at most {MaxPathBytes} bytes long");
        }

        if (text.StartsWith(TcpPrefix, StringComparison.Ordinal))
        {
            return ParseTcp(text, text[TcpPrefix.Length..].TrimEnd('/'));
        }

        throw new FormatException($"invalid engine address \"{text}\": must start with unix:// or tcp://");
    }

    /// <summary>Opens a connection.</summary>
    /// <exception cref="SocketException">Nobody answers there.</exception>
    internal async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = _socketPath is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(
                _socketPath is null ? _host! : new UnixDomainSocketEndPoint(_socketPath), cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override string ToString() => _text;

    private static EngineAddress ParseTcp(string text, string hostAndPort)
    {
        var colon = hostAndPort.LastIndexOf(':');
        var host = colon < 0 ? "" : hostAndPort[..colon].Trim('[', ']');
        return host.Length > 0
            && ushort.TryParse(
                hostAndPort.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new(text, socketPath: null, new DnsEndPoint(host, port))
            : throw new FormatException($"invalid engine address \"{text}\": must be tcp://host:port");
    }
}
