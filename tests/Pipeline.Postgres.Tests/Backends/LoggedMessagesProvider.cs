using Microsoft.Extensions.Logging;

namespace Pipeline.Postgres.Backends;

/// <summary>Lets a container log to what keeps it.</summary>
internal sealed class LoggedMessagesProvider(LoggedMessages messages) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => messages;

    public void Dispose()
    {
        // Nothing is held.
    }
}
