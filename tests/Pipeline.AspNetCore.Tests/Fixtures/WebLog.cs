using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pipeline.Fixtures;

/// <summary>Keeps what an application logs, with the values of each event and of the scopes around it.</summary>
internal sealed class WebLog : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<WebLogEvent> _events = new();
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public IReadOnlyCollection<WebLogEvent> Events => _events;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Logger(WebLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => log._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = new Dictionary<string, object?>(StringComparer.Ordinal);
            log._scopes.ForEachScope(static (scope, all) => Add(scope, all), values);
            Add(state, values);
            log._events.Enqueue(new WebLogEvent(category, logLevel, eventId, formatter(state, exception), exception, values));
        }

        private static void Add(object? state, Dictionary<string, object?> values)
        {
            foreach (var (name, value) in state as IEnumerable<KeyValuePair<string, object?>> ?? [])
                values[name] = value;
        }
    }
}
