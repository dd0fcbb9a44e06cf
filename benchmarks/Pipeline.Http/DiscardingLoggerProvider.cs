using Microsoft.Extensions.Logging;

namespace Pipeline.Http;

/// <summary>Formats each event, as a sink would, and throws it away.</summary>
internal sealed class DiscardingLoggerProvider : ILoggerProvider, ILogger
{
    private long _characters;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Interlocked.Add(ref _characters, formatter(state, exception).Length);

    public void Dispose()
    {
        // Nothing is held.
    }
}
