using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Swarm.Execution;

namespace Swarm.Dashboard;

/// <summary>Sends what a task writes, as it writes it. A slow page slows this reading down, nothing else.</summary>
internal sealed class OutputStream(ISwarmClient client, TimeProvider time)
{
    private const int MaxWaiting = 1000;
    private const int MaxBatch = 200;
    private const int LongestLine = 8192;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(150);

    public async Task RunAsync(HttpContext context, TaskId task, int tail, CancellationToken cancellationToken)
    {
        var stream = new EventStream(context, time);
        await stream.OpenAsync(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lines = Channel.CreateBounded<LineDocument>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
        var reading = ReadAsync(task, tail, lines.Writer, stop.Token);
        try
        {
            while (true)
            {
                // Asked first: what came before the end is still to be read.
                var ended = reading.IsCompleted;
                while (Drain(lines.Reader) is { Length: > 0 } batch)
                {
                    stream.Send("lines", batch, DashboardJson.Default.LineDocumentArray);
                    await stream.FlushAsync(cancellationToken);
                }

                if (ended)
                {
                    stream.Send("end", await reading, DashboardJson.Default.String);
                    await stream.FlushAsync(cancellationToken);
                    return;
                }

                await stream.FlushAsync(cancellationToken);
                await Task.Delay(Tick, time, cancellationToken);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    // Says why there is nothing more.
    private async Task<string> ReadAsync(
        TaskId task,
        int tail,
        ChannelWriter<LineDocument> lines,
        CancellationToken cancellationToken)
    {
        try
        {
            var options = new LogOptions { Follow = true, Tail = tail };
            await foreach (var line in client.Tasks.ReadLogsAsync(task, options, cancellationToken))
            {
                await lines.WriteAsync(Write(line.Line), cancellationToken);
            }

            return "the task writes no more";
        }
        catch (SwarmException exception)
        {
            return exception.Message;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return "";
        }
    }

    private static LineDocument[] Drain(ChannelReader<LineDocument> lines)
    {
        List<LineDocument> batch = [];
        while (batch.Count < MaxBatch && lines.TryRead(out var line))
        {
            batch.Add(line);
        }

        return [.. batch];
    }

    private static LineDocument Write(LogLine line)
    {
        var text = Encoding.UTF8.GetString(line.Data.Span).TrimEnd('\r', '\n');
        return new LineDocument(
            line.Timestamp.ToUnixTimeMilliseconds(),
            line.Stream == LogStream.Stderr,
            text.Length > LongestLine ? text[..LongestLine] + "…" : text);
    }
}
