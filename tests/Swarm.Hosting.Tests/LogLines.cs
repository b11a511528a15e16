using Microsoft.Extensions.Logging;

namespace Swarm.Hosting.Tests;

/// <summary>Tells a test every line of a log.</summary>
internal sealed class LogLines<T>(Action<string> tell) : ILogger<T>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) => tell(formatter(state, exception));
}
