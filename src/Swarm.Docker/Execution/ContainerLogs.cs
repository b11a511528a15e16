using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Swarm.Docker.Engine;
using Swarm.Execution;

namespace Swarm.Docker.Execution;

/// <summary>The output of a task's container.</summary>
internal sealed class ContainerLogs(IDockerEngine engine, string container, LogOptions options)
{
    private const byte Space = (byte)' ';

    /// <summary>Reads it once there can be a container.</summary>
    internal async IAsyncEnumerable<LogLine> ReadAsync(
        Task prepared, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await prepared.WaitAsync(cancellationToken);
        if (await engine.FindContainerAsync(container, cancellationToken) is not { } found)
        {
            yield break;
        }

        await using var stream = await engine.OpenLogsAsync(found.Id, Query, cancellationToken);
        var frames = found.Config is { Tty: true }
            ? TerminalFramesAsync(stream, cancellationToken)
            : OutputFrames.ReadAsync(stream, cancellationToken);
        await foreach (var frame in frames)
        {
            yield return Parse(frame);
        }
    }

    /// <summary>What to ask the engine for.</summary>
    internal string Query
    {
        get
        {
            var query = new StringBuilder("timestamps=1&details=1");
            query.Append(options.Stdout ? "&stdout=1" : "").Append(options.Stderr ? "&stderr=1" : "");
            query.Append(options.Follow ? "&follow=1" : "");
            query.Append(options.Tail is { } tail ? string.Create(CultureInfo.InvariantCulture, $"&tail={tail}") : "");
            if (options.Since is { } since)
            {
                var nanoseconds = since.UtcTicks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick;
                query.Append(CultureInfo.InvariantCulture, $"&since={since.ToUnixTimeSeconds()}.{nanoseconds:D9}");
            }

            return query.ToString();
        }
    }

    /// <summary>Takes a line apart: the time, what the log driver adds, what the task wrote.</summary>
    internal static LogLine Parse(OutputFrame frame)
    {
        var data = frame.Data;
        var time = Encoding.ASCII.GetString(Cut(ref data));
        var attributes = Encoding.UTF8.GetString(Cut(ref data));
        return new(
            frame.Stream,
            DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                ? at
                : default,
            data,
            ParseAttributes(attributes));
    }

    private static ReadOnlySpan<byte> Cut(ref ReadOnlyMemory<byte> data)
    {
        var end = data.Span.IndexOf(Space);
        var word = end < 0 ? data.Span : data.Span[..end];
        data = end < 0 ? default : data[(end + 1)..];
        return word;
    }

    private static ValueList<LogAttribute> ParseAttributes(string text) => text.Length == 0
        ? default
        : text.Split(',')
            .Select(pair => pair.Split('=', 2))
            .Where(pair => pair.Length == 2)
            .Select(pair => new LogAttribute(WebUtility.UrlDecode(pair[0]), WebUtility.UrlDecode(pair[1])))
            .ToValueList();

    // A terminal has one output and no frames.
    private static async IAsyncEnumerable<OutputFrame> TerminalFramesAsync(
        Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in EngineLines.ReadAsync(stream, cancellationToken))
        {
            yield return new(LogStream.Stdout, (byte[])[.. line.Span, (byte)'\n']);
        }
    }
}
