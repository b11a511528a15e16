using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Swarm.Execution;

namespace Swarm.Hosting.DockerApi;

/// <summary>Bytes between a client and a command: frames that name the output, or bare bytes of a terminal.</summary>
internal static class ExecStream
{
    /// <summary>Copies until the command has ended and all of its output is sent, or the client has gone.</summary>
    /// <param name="process">The command.</param>
    /// <param name="request">Which of its streams the client wants.</param>
    /// <param name="input">From the client; null when nothing comes.</param>
    /// <param name="output">To the client.</param>
    /// <param name="cancellationToken">Ends the copying.</param>
    public static async Task CopyAsync(
        IExecProcess process,
        ExecCreateDocument request,
        PipeReader? input,
        PipeWriter output,
        CancellationToken cancellationToken)
    {
        await using var reading = process;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var feeding = FeedAsync(process, request.AttachStdin ? input : null, end.Token);
        try
        {
            await foreach (var piece in process.ReadOutputAsync(cancellationToken))
            {
                var wanted = piece.Stream == LogStream.Stderr ? request.AttachStderr : request.AttachStdout;
                if (wanted && !await SendAsync(output, piece, request.Tty, cancellationToken))
                {
                    return;
                }
            }

            await process.Exited.WaitAsync(cancellationToken);
        }
        finally
        {
            await end.CancelAsync();
            await feeding;
        }
    }

    /// <summary>Tells the client why the command did not start, where its errors would have come.</summary>
    public static async Task FailAsync(
        PipeWriter output, ExecCreateDocument request, string message, CancellationToken cancellationToken) =>
        await SendAsync(
            output,
            new(LogStream.Stderr, Encoding.UTF8.GetBytes(message + "\r\n")),
            request.Tty,
            cancellationToken);

    private static async Task<bool> SendAsync(
        PipeWriter output, ExecOutput piece, bool isTerminal, CancellationToken cancellationToken)
    {
        if (!isTerminal)
        {
            LogFrames.WriteHeader(output, (byte)piece.Stream, piece.Data.Length);
        }

        output.Write(piece.Data.Span);
        return !(await output.FlushAsync(cancellationToken)).IsCompleted;
    }

    private static async Task FeedAsync(IExecProcess process, PipeReader? input, CancellationToken cancellationToken)
    {
        try
        {
            for (var ended = input is null; !ended;)
            {
                var read = await input!.ReadAsync(cancellationToken);
                foreach (var piece in read.Buffer)
                {
                    await process.WriteInputAsync(piece, cancellationToken);
                }

                input.AdvanceTo(read.Buffer.End);
                ended = read.IsCompleted;
            }

            process.EndInput();
        }
        catch (Exception exception) when (
            exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The command has ended, or its client has gone: either way its input is at its end.
            process.EndInput();
        }
    }
}
