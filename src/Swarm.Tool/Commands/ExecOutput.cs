using System.Buffers.Binary;
using System.Text;
using Swarm.Tool.Stacks;

namespace Swarm.Tool.Commands;

/// <summary>Takes the framed output of a command apart: each frame says which output it belongs to.</summary>
internal sealed class ExecOutput : IDisposable
{
    private const int HeaderLength = 8;
    private const int LongestKept = 1 << 20;
    private const byte ErrorStream = 2;

    private readonly Stream _output;
    private readonly Stream _error;

    private ExecOutput(Stream output, Stream error) => (_output, _error) = (output, error);

    /// <summary>What was kept of standard output.</summary>
    public string Text => Read(_output);

    /// <summary>What was kept of standard error.</summary>
    public string ErrorText => Read(_error);

    /// <summary>Keeps both outputs.</summary>
    public static ExecOutput Kept() => new(new MemoryStream(), new MemoryStream());

    /// <summary>Hands both on, as bytes where they go to the console.</summary>
    public static ExecOutput Of(TextWriter output, TextWriter error) => new(
        ReferenceEquals(output, Console.Out) ? Console.OpenStandardOutput() : new WriterStream(output),
        ReferenceEquals(error, Console.Error) ? Console.OpenStandardError() : new WriterStream(error));

    /// <summary>Hands input to the command and its outputs on, until the command has ended.</summary>
    public async Task CopyAsync(UpgradedConnection connection, Stream input, CancellationToken cancellationToken)
    {
        // Nobody ends a read of the terminal, so the end of the command does not wait for it.
        _ = FeedAsync(connection, input, cancellationToken);
        var header = new byte[HeaderLength];
        var buffer = new byte[32 * 1024];
        while (await connection.Stream.ReadAtLeastAsync(
            header,
            HeaderLength,
            throwOnEndOfStream: false,
            cancellationToken) == HeaderLength)
        {
            var target = header[0] == ErrorStream ? _error : _output;
            for (var left = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4)); left > 0;)
            {
                var read = await connection.Stream.ReadAsync(
                    buffer.AsMemory(0, (int)Math.Min(left, (uint)buffer.Length)), cancellationToken);
                if (read == 0)
                {
                    throw new IOException("the daemon broke off the output of the command");
                }

                await WriteAsync(target, buffer.AsMemory(0, read), cancellationToken);
                left -= (uint)read;
            }
        }
    }

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    private static async Task FeedAsync(
        UpgradedConnection connection,
        Stream input,
        CancellationToken cancellationToken)
    {
        try
        {
            await input.CopyToAsync(connection.Stream, cancellationToken);
            connection.EndInput();
        }
        catch (Exception exception) when (
            exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The command has ended before its input.
        }
    }

    private static async ValueTask WriteAsync(
        Stream target, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (target is MemoryStream kept and not WriterStream)
        {
            data = data[..(int)Math.Min(data.Length, LongestKept - kept.Length)];
        }

        await target.WriteAsync(data, cancellationToken);
        await target.FlushAsync(cancellationToken);
    }

    private static string Read(Stream stream) => stream is MemoryStream kept and not WriterStream
        ? Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length)
        : "";

    /// <summary>Bytes of UTF-8 for a writer of text.</summary>
    private sealed class WriterStream(TextWriter writer) : MemoryStream
    {
        private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var text = new char[Encoding.UTF8.GetMaxCharCount(buffer.Length)];
            writer.Write(text.AsSpan(0, _decoder.GetChars(buffer.Span, text, flush: false)));
            return ValueTask.CompletedTask;
        }
    }
}
