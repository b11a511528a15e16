using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Swarm.Execution;

namespace Swarm.Hosting.DockerApi;

/// <summary>Output as the Engine sends it: one frame for each line, or raw bytes for terminals.</summary>
internal static class LogFrames
{
    private const int HeaderLength = 8;
    private const byte SystemError = 3;

    public static void Write(IBufferWriter<byte> output, LogEntry entry, LogQuery query, bool framed)
    {
        var prefix = Prefix(entry, query);
        var data = entry.Line.Data.Span;
        var length = Encoding.UTF8.GetByteCount(prefix) + data.Length;
        if (framed)
        {
            WriteHeader(output, entry.Line.Stream == LogStream.Stderr ? (byte)2 : (byte)1, length);
        }

        Encoding.UTF8.GetBytes(prefix, output);
        output.Write(data);
    }

    public static void WriteError(IBufferWriter<byte> output, string message, bool framed)
    {
        var text = Encoding.UTF8.GetBytes($"Error grabbing logs: {message}\n");
        if (framed)
        {
            WriteHeader(output, SystemError, text.Length);
        }

        output.Write(text);
    }

    /// <summary>Writes what stands before the bytes of a frame.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="stream">What they were written to.</param>
    /// <param name="length">How many there are.</param>
    public static void WriteHeader(IBufferWriter<byte> output, byte stream, int length)
    {
        var header = output.GetSpan(HeaderLength)[..HeaderLength];
        header.Clear();
        header[0] = stream;
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], (uint)length);
        output.Advance(HeaderLength);
    }

    private static string Prefix(LogEntry entry, LogQuery query)
    {
        var details = query.Details ? entry.Details + " " : "";
        return query.Timestamps
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{entry.Line.Timestamp.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fffffff}00Z {details}")
            : details;
    }
}
