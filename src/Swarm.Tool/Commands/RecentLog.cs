using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Swarm.Tool.Commands;

/// <summary>Keeps the last lines of a daemon's log, for a report, and shows warnings as they come.</summary>
internal sealed class RecentLog(TextWriter warnings, TimeProvider time) : ILoggerProvider
{
    private const int MaxLines = 5_000;
    private const int LongestLine = 4_096;

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = [];

    /// <summary>What was kept.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
            {
                return string.Concat(_lines.Select(line => line + "\n"));
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
        // Nothing is held.
    }

    private void Add(LogLevel level, string line)
    {
        line = line.Length > LongestLine ? line[..LongestLine] : line;
        var at = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        lock (_gate)
        {
            _lines.Enqueue($"{at} {level} {line}");
            if (_lines.Count > MaxLines)
            {
                _lines.Dequeue();
            }

            if (level >= LogLevel.Warning)
            {
                warnings.Write($"{level.ToString().ToLowerInvariant()}: {line}\n");
            }
        }
    }

    private sealed class Category(RecentLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Add(logLevel, $"{name}: {formatter(state, exception)}{(exception is null ? "" : $" {exception}")}");
            }
        }
    }
}
