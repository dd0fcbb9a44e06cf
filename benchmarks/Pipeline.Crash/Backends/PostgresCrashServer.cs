using Pipeline.Postgres.Servers;

namespace Pipeline.Crash.Backends;

internal sealed class PostgresCrashServer(PostgresServer server, string connectionString) : ICrashServer
{
    public string Address => connectionString;

    public string Description => "PostgreSQL, fsync on, synchronous_commit on";

    public Task KillAsync() => server.StopAsync(PostgresStop.Immediate);

    public Task RestartAsync() => server.StartAgainAsync();

    public void Pause() => server.Pause();

    public void Resume() => server.Resume();

    public Task CutClientsAsync() => server.TerminateBackendsAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
