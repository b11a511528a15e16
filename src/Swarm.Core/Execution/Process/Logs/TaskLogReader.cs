using System.Runtime.CompilerServices;

namespace Swarm.Execution.Processes;

/// <summary>Reads a task's log while it may be written.</summary>
internal sealed class TaskLogReader(TaskLog log, LogOptions options)
{
    private const int BufferSize = 65_536;

    private int _file = 1;
    private long _offset;

    internal async IAsyncEnumerable<LogLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var skip = options.Tail is { } tail ? Math.Max(0, CountMatches() - tail) : 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // The position is taken first: what is written after it completes its signal.
            var position = log.Locate(_file);
            var lines = Read(position);
            foreach (var line in lines.Where(Matches))
            {
                if (skip > 0)
                {
                    skip--;
                    continue;
                }

                yield return line;
            }

            if (lines.Count > 0)
            {
                continue;
            }

            if (position.IsClosed)
            {
                (_file, _offset) = (position.File + 1, 0);
                continue;
            }

            if (!options.Follow || position.IsCompleted)
            {
                yield break;
            }

            await position.Changed.WaitAsync(cancellationToken);
        }
    }

    private long CountMatches()
    {
        var counter = new TaskLogReader(log, options);
        var count = 0L;
        while (true)
        {
            var position = log.Locate(counter._file);
            var lines = counter.Read(position);
            count += lines.Count(Matches);
            if (lines.Count == 0 && !position.IsClosed)
            {
                return count;
            }

            if (lines.Count == 0)
            {
                (counter._file, counter._offset) = (position.File + 1, 0);
            }
        }
    }

    // The next lines of one file; at most a buffer full. Files that were dropped meanwhile read as empty.
    private List<LogLine> Read(LogPosition position)
    {
        if (position.File != _file)
        {
            (_file, _offset) = (position.File, 0);
        }

        var lines = new List<LogLine>();
        if (!position.Exists)
        {
            return lines;
        }

        var buffer = new byte[BufferSize];
        var rest = buffer.AsSpan(0, ReadFile(position.Path, buffer));
        while (LogRecord.Read(rest) is { } record)
        {
            lines.Add(record.Line);
            rest = rest[record.Size..];
            _offset += record.Size;
        }

        return lines;
    }

    private int ReadFile(string path, byte[] buffer)
    {
        try
        {
            using var handle = File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return RandomAccess.Read(handle, buffer, _offset);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private bool Matches(LogLine line) =>
        (line.Stream == LogStream.Stdout ? options.Stdout : options.Stderr)
        && (options.Since is null || line.Timestamp >= options.Since);
}
