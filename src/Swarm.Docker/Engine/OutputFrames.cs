using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Swarm.Execution;

namespace Swarm.Docker.Engine;

/// <summary>Two outputs in one stream, as the engine does it: eight bytes of header, then a piece of one.</summary>
internal static class OutputFrames
{
    private const int HeaderSize = 8;
    private const int LengthOffset = 4;

    // Number of the stream that carries what the engine itself has to say.
    private const byte SystemStream = 3;

    /// <summary>The pieces, in order.</summary>
    /// <exception cref="InvalidDataException">The stream is not in this form, or a piece too large.</exception>
    /// <exception cref="IOException">The stream ends within a piece, or the engine could not read on.</exception>
    internal static async IAsyncEnumerable<OutputFrame> ReadAsync(
        Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var header = new byte[HeaderSize];
        while (true)
        {
            var read = await stream.ReadAtLeastAsync(header, HeaderSize, throwOnEndOfStream: false, cancellationToken);
            if (read == 0)
            {
                yield break;
            }

            if (read < HeaderSize)
            {
                throw new EndOfStreamException("the Docker daemon ended its output within a frame");
            }

            var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(LengthOffset));
            if (header[0] > SystemStream || length > EngineBody.MaxLineBytes)
            {
                throw new InvalidDataException("the Docker daemon sent output that is not in frames");
            }

            var data = new byte[length];
            await stream.ReadExactlyAsync(data, cancellationToken);
            yield return header[0] == SystemStream
                ? throw new IOException(System.Text.Encoding.UTF8.GetString(data).TrimEnd())
                : new(header[0] == 2 ? LogStream.Stderr : LogStream.Stdout, data);
        }
    }
}

/// <summary>A piece of one output.</summary>
internal readonly record struct OutputFrame(LogStream Stream, ReadOnlyMemory<byte> Data);
