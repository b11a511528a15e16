using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Swarm.Docker.Engine;

/// <summary>Cuts a stream into lines.</summary>
internal static class EngineLines
{
    private const byte NewLine = (byte)'\n';

    /// <summary>The lines without their ends, empty ones left out; each is valid until the next is asked for.</summary>
    /// <exception cref="InvalidDataException">A line is longer than <see cref="EngineBody.MaxLineBytes"/>.</exception>
    internal static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken);
                var rest = read.Buffer;
                while (TryCut(ref rest, read.IsCompleted) is { } line)
                {
                    if (!line.IsEmpty)
                    {
                        yield return line.ToArray();
                    }
                }

                if (read.IsCompleted)
                {
                    yield break;
                }

                if (rest.Length > EngineBody.MaxLineBytes)
                {
                    throw new InvalidDataException(
                        $"the Docker daemon sent a line of more than {EngineBody.MaxLineBytes} bytes");
                }

                reader.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static ReadOnlySequence<byte>? TryCut(ref ReadOnlySequence<byte> rest, bool isLast)
    {
        if (rest.PositionOf(NewLine) is { } end)
        {
            var line = rest.Slice(0, end);
            rest = rest.Slice(rest.GetPosition(1, end));
            return line;
        }

        if (!isLast || rest.IsEmpty)
        {
            return null;
        }

        var last = rest;
        rest = rest.Slice(rest.End);
        return last;
    }
}
