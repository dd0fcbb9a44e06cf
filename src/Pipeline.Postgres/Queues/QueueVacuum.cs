using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>
/// Vacuums the tables of the queues after so many messages have gone through this process, one at a time, and so seldom that it costs a tenth of the time:
/// behind a transaction that holds back vacuum it would walk over ever more rows in vain. Nothing waits for it. Thread safe.
/// </summary>
internal sealed class QueueVacuum(PostgresConnection connection)
{
    /// <summary>After how many messages.</summary>
    private const int Every = 25_000;

    private const int ShareOfTime = 10;

    // With the tables of queues that are very long.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private int _messages;
    private int _isRunning;
    private long _notBefore;

    /// <summary>Notes that messages have gone.</summary>
    public void Note(int messages)
    {
        if (Interlocked.Add(ref _messages, messages) >= Every
            && connection.Time.GetTimestamp() >= Volatile.Read(ref _notBefore)
            && Interlocked.Exchange(ref _isRunning, 1) == 0)
        {
            _ = Task.Run(RunAsync);
        }
    }

    private async Task RunAsync()
    {
        Interlocked.Exchange(ref _messages, 0);
        var started = connection.Time.GetTimestamp();
        try
        {
            await connection.CallAsync(
                "queue vacuum",
                Patience,
                connection.Sql["Queues/vacuum.sql"],
                static async (database, sql, deadline) =>
                {
                    var command = PostgresConnection.Command(database, sql);
                    await using (command.ConfigureAwait(false))
                    {
                        return await command.ExecuteNonQueryAsync(deadline).ConfigureAwait(false);
                    }
                }).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is BackendUnavailableException or BackendRefusedException or ObjectDisposedException)
        {
            // The server's own vacuum comes in the end.
        }

        var now = connection.Time.GetTimestamp();
        Volatile.Write(ref _notBefore, now + ((now - started) * ShareOfTime));
        Volatile.Write(ref _isRunning, 0);
    }
}
