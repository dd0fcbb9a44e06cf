using Npgsql;

namespace Pipeline.Backends;

/// <summary>A trial for the doctor.</summary>
internal sealed partial class PostgresNotifications
{
    /// <summary>Tries whether a notification comes through, over a connection of its own. Needs no schema.</summary>
    /// <exception cref="BackendUnavailableException">The server does not answer.</exception>
    /// <exception cref="BackendRefusedException">The server does not accept a statement.</exception>
    public async ValueTask<bool> TryAsync(CancellationToken cancellationToken)
    {
        const string Operation = "doctor";
        var channel = $"{_connection.SchemaName}:{Guid.NewGuid().ToString("N")[..8]}";
        try
        {
            var listening = await OpenAsync([channel], cancellationToken).ConfigureAwait(false);
            await using (listening.ConfigureAwait(false))
            {
                var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                listening.Notification += (_, _) => heard.TrySetResult();
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                var waiting = WaitAsync(listening, ended.Token);
                await _connection.CallUnpreparedAsync(Operation, _connection.CommandTimeout, (_connection, channel), NotifyAsync, cancellationToken).ConfigureAwait(false);
                await Task.WhenAny(heard.Task, waiting, Task.Delay(PatienceForEcho, _connection.Time, ended.Token)).ConfigureAwait(false);
                CallDeadline.Cancel(ended);
                await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await EndListeningAsync(listening).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                return heard.Task.IsCompleted;
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && PostgresFailure.IsOfClient(exception))
        {
            throw _connection.Translate(exception, Operation);
        }
    }

    private static async ValueTask<int> NotifyAsync(NpgsqlConnection database, (PostgresConnection Connection, string Channel) call, CancellationToken deadline)
    {
        var command = PostgresConnection.Command(database, call.Connection.Sql["Backends/beat.sql"]);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Text(call.Channel).Text("");
            return await command.ExecuteNonQueryAsync(deadline).ConfigureAwait(false);
        }
    }
}
