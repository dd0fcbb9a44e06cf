using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;

namespace Pipeline.Postgres.Backends;

/// <summary>Keeps what is logged, Trace left out, which holds the server's own words.</summary>
internal sealed class LoggedMessages : ILogger<PostgresConnection>
{
    private readonly ConcurrentQueue<(int Id, string Text)> _messages = new();

    public IReadOnlyCollection<(int Id, string Text)> All => _messages;

    public int Count(int id) => _messages.Count(message => message.Id == id);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel > LogLevel.Trace;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _messages.Enqueue((eventId.Id, formatter(state, exception) + exception));
}
