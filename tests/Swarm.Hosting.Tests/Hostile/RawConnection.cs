using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Swarm.Hosting.Tests.Hostile;

/// <summary>One connection to the API that sends exactly the bytes a test says.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    private RawConnection()
    {
    }

    public static async Task<RawConnection> OpenAsync(string socketPath)
    {
        var connection = new RawConnection();
        await connection._socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath));
        return connection;
    }

    public static byte[] Request(string method, string target, ReadOnlySpan<byte> body, string headers = "") =>
    [
        .. Encoding.Latin1.GetBytes(
            $"{method} {target} HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\n{headers}"
            + $"Content-Length: {body.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n"),
        .. body,
    ];

    /// <summary>Sends; that the other side has closed is found out when its answer is read.</summary>
    public async Task<bool> TrySendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _socket.SendAsync(bytes);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async Task<RawAnswer> AskAsync(byte[] request)
    {
        Assert.True(await TrySendAsync(request), "the connection is closed");
        return await ReadAsync();
    }

    /// <summary>Reads one answer with a declared length.</summary>
    public async Task<RawAnswer> ReadAsync()
    {
        var status = await ReadLineAsync();
        var length = 0;
        var closes = false;
        while (await ReadLineAsync() is { Length: > 0 } header)
        {
            var (name, value) = (header[..header.IndexOf(':')], header[(header.IndexOf(':') + 1)..].Trim());
            length = name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
                ? int.Parse(value, CultureInfo.InvariantCulture)
                : length;
            closes |= name.Equals("Connection", StringComparison.OrdinalIgnoreCase) && value == "close";
        }

        var body = new StringBuilder(length);
        while (body.Length < length)
        {
            body.Append((char)await ReadByteAsync());
        }

        return new RawAnswer(int.Parse(status.Split(' ')[1], CultureInfo.InvariantCulture), body.ToString(), closes);
    }

    public void Dispose() => _socket.Dispose();

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (await ReadByteAsync() is var next && next != '\n')
        {
            line.Append((char)next);
        }

        return line.ToString().TrimEnd('\r');
    }

    private async ValueTask<byte> ReadByteAsync()
    {
        if (_start == _end)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            (_start, _end) = (0, await _socket.ReceiveAsync(_buffer, limit.Token));
            Assert.True(_end > 0, "the connection was closed without an answer");
        }

        return _buffer[_start++];
    }
}

/// <summary>What came back.</summary>
internal sealed record RawAnswer(int Status, string Body, bool Closes)
{
    public string ReadMessage() => JsonNode.Parse(Body)!["message"]!.GetValue<string>();
}
