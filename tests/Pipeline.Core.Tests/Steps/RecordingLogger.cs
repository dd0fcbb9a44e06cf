using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pipeline.Steps;

internal sealed class RecordingLogger : ILoggerFactory, ILogger
{
    public ConcurrentQueue<(int Id, LogLevel Level, string Text)> Entries { get; } = new();

    /// <summary>The entries without those that every run of a step has.</summary>
    public IEnumerable<(int Id, LogLevel Level, string Text)> Incidents => Entries.Where(static entry => entry.Id is not (1004 or 1102));

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("No test asks.");

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Entries.Enqueue((eventId.Id, logLevel, formatter(state, exception)));

    public void Dispose()
    {
    }
}
