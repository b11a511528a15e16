using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace Swarm.Hosting.DockerApi;

/// <summary>Request line and headers of the first request of a connection, as they came.</summary>
internal sealed class RequestHead
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>Time for the first request to arrive; as long as a web server keeps an idle connection.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(130);

    private static readonly byte[] End = "\r\n\r\n"u8.ToArray();

    private RequestHead(string method, string target, IReadOnlyList<KeyValuePair<string, string>> headers, int length)
    {
        Method = method;
        Target = target;
        Headers = headers;
        Length = length;
    }

    public string Method { get; }

    /// <summary>Path and query.</summary>
    public string Target { get; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>Bytes up to the body.</summary>
    public int Length { get; }

    /// <summary>Whether the connection is to be something else than HTTP from here on.</summary>
    public bool ChangesProtocol => Header("Upgrade") is not null;

    /// <summary>The first value of a header; null when there is none.</summary>
    public string? Header(string name) => Headers
        .Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
        .Select(header => header.Value)
        .FirstOrDefault();

    /// <summary>Length of the body; null when it cannot be told.</summary>
    public long? BodyLength => Header("Transfer-Encoding") is not null ? null
        : Header("Content-Length") is not { } text ? 0
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length
        : null;

    /// <summary>Looks at the first request of a connection and consumes nothing.</summary>
    /// <returns>
    /// Null when a web server may find out itself what is wrong with it; whether there is anybody to serve.
    /// </returns>
    public static async Task<(bool IsOpen, RequestHead? Head)> PeekAsync(
        ConnectionContext connection, TimeProvider time, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        try
        {
            while (true)
            {
                var read = await connection.Transport.Input.ReadAsync(either.Token);
                var head = Parse(read.Buffer, out var isWhole);
                if (isWhole || read.IsCompleted || read.Buffer.Length > MaxBytes)
                {
                    connection.Transport.Input.AdvanceTo(read.Buffer.Start);
                    return (true, head);
                }

                connection.Transport.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // No request came in time, or the client has gone.
            return (false, null);
        }
    }

    private static RequestHead? Parse(ReadOnlySequence<byte> buffer, out bool isWhole)
    {
        var reader = new SequenceReader<byte>(buffer);
        isWhole = reader.TryReadTo(out ReadOnlySequence<byte> bytes, End);
        if (!isWhole || bytes.Length > MaxBytes)
        {
            return null;
        }

        var lines = Encoding.Latin1.GetString(bytes).Split("\r\n");
        return lines[0].Split(' ') is [var method, var target, "HTTP/1.1"] && target.StartsWith('/')
            ? new(method, target, [.. lines.Skip(1).Select(Header)], (int)reader.Consumed)
            : null;

        static KeyValuePair<string, string> Header(string line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? new(line, "") : new(line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
        }
    }
}
