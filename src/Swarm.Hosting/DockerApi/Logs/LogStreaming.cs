using System.IO.Pipelines;

namespace Swarm.Hosting.DockerApi;

/// <summary>Sends lines to a client as they come, without waiting for more and without a flush for each.</summary>
internal static class LogStreaming
{
    private const int FlushThreshold = 64 * 1024;

    private static readonly Task<FlushResult> NoFlush = Task.FromResult(default(FlushResult));

    public static async Task WriteAsync(
        IAsyncEnumerable<LogEntry> entries,
        PipeWriter output,
        LogQuery query,
        bool framed,
        CancellationToken cancellationToken)
    {
        // Headers first: a client that follows a quiet service must not wait for its first line to see them.
        await output.FlushAsync(cancellationToken);
        try
        {
            await CopyAsync(entries, output, query, framed, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        catch (SwarmException exception)
        {
            // The status has been sent, so an error travels as a frame of its own kind.
            LogFrames.WriteError(output, exception.Message, framed);
        }

        await output.FlushAsync(cancellationToken);
    }

    private static async Task CopyAsync(
        IAsyncEnumerable<LogEntry> entries,
        PipeWriter output,
        LogQuery query,
        bool framed,
        CancellationToken cancellationToken)
    {
        await using var enumerator = entries.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            // An enumerator must not be left in the middle of a step, so the step is awaited whatever the flush does.
            var next = enumerator.MoveNextAsync().AsTask();
            var flush = !next.IsCompleted || output.UnflushedBytes >= FlushThreshold
                ? output.FlushAsync(cancellationToken).AsTask()
                : NoFlush;
            bool more;
            try
            {
                more = await next;
            }
            finally
            {
                await flush;
            }

            if (!more || (await flush).IsCompleted)
            {
                return;
            }

            if (IsWanted(enumerator.Current, query))
            {
                LogFrames.Write(output, enumerator.Current, query, framed);
            }
        }
    }

    private static bool IsWanted(LogEntry entry, LogQuery query)
    {
        var wanted = entry.Line.Stream == Execution.LogStream.Stderr ? query.Options.Stderr : query.Options.Stdout;
        return wanted && (query.Until is not { } until || entry.Line.Timestamp <= until);
    }
}
