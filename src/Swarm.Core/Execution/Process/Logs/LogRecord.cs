using System.Buffers.Binary;

namespace Swarm.Execution.Processes;

/// <summary>The form of a log line on disk: length of the data, stream, time in ticks, data.</summary>
internal static class LogRecord
{
    internal const int HeaderSize = sizeof(int) + 1 + sizeof(long);

    internal static void Write(Span<byte> target, LogStream stream, DateTimeOffset timestamp, ReadOnlySpan<byte> data)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, data.Length);
        target[sizeof(int)] = (byte)stream;
        BinaryPrimitives.WriteInt64LittleEndian(target[(sizeof(int) + 1)..], timestamp.UtcTicks);
        data.CopyTo(target[HeaderSize..]);
    }

    /// <summary>Size of the record at the start of the bytes; 0 when there is no whole one.</summary>
    internal static int SizeAt(ReadOnlySpan<byte> source)
    {
        var length = source.Length < HeaderSize ? -1 : BinaryPrimitives.ReadInt32LittleEndian(source);
        return length is < 0 or > LineSplitter.MaximumLength || source.Length < HeaderSize + length
            ? 0
            : HeaderSize + length;
    }

    /// <summary>The record at the start of the bytes; null when they end before it does or make no sense.</summary>
    internal static (LogLine Line, int Size)? Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < HeaderSize)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(source);
        if (length is < 0 or > LineSplitter.MaximumLength || source.Length < HeaderSize + length)
        {
            return null;
        }

        var ticks = BinaryPrimitives.ReadInt64LittleEndian(source[(sizeof(int) + 1)..]);
        var data = source.Slice(HeaderSize, length).ToArray();
        var line = new LogLine((LogStream)source[sizeof(int)], new(ticks, TimeSpan.Zero), data);
        return (line, HeaderSize + length);
    }
}
