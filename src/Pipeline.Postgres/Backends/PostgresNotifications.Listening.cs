using Npgsql;

namespace Pipeline.Backends;

/// <summary>The listening connection, for as long as something is heard over it.</summary>
internal sealed partial class PostgresNotifications
{
    // After it was seen that notifications do not come through.
    private static readonly TimeSpan PauseWhenUnheard = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan PatienceForEcho = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PatienceForEnd = TimeSpan.FromSeconds(5);

    // The topics' channels, then the beat's own.
    private readonly string[] _channels;
    private TaskCompletionSource _echo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _beat;
    private bool _isMissingLogged;

    private int BeatChannel => _channels.Length - 1;

    private Task RunAsync() => Task.WhenAll(ListenAlwaysAsync(), BeatWhileUnheardAsync());

    private async Task ListenAlwaysAsync()
    {
        var closing = _closing.Token;
        var pause = ShortestPause;
        while (!closing.IsCancellationRequested)
        {
            var end = await ListenAsync(closing).ConfigureAwait(false);
            Interrupt();
            pause = end switch
            {
                PostgresListeningEnd.Lost => ShortestPause,
                PostgresListeningEnd.Unheard => PauseWhenUnheard,
                _ => pause * 2 < BeatPeriod ? pause * 2 : BeatPeriod,
            };
            await Task.Delay(pause, _connection.Time, closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<PostgresListeningEnd> ListenAsync(CancellationToken closing)
    {
        try
        {
            await _connection.PrepareAsync(closing).ConfigureAwait(false);
            var listening = await OpenAsync(_channels, closing).ConfigureAwait(false);
            return await ListenAsync(listening, closing).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            // Each attempt ends so while the server is away; the next one begins after a pause.
            return PostgresListeningEnd.Failed;
        }
#pragma warning disable CA1031 // Whatever it was, the process must not be deaf from now on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.PostgresListeningFailed(_logger, _connection.Backend, exception.GetType().Name, exception);
            return PostgresListeningEnd.Failed;
        }
    }

    private async Task<PostgresListeningEnd> ListenAsync(NpgsqlConnection listening, CancellationToken closing)
    {
        listening.Notification += Hear;
        var lost = CancellationTokenSource.CreateLinkedTokenSource(closing);
        var waiting = WaitAsync(listening, lost.Token);
        try
        {
            return await BeatWhileHeardAsync(waiting, closing).ConfigureAwait(false);
        }
        finally
        {
            // One that has died in silence takes its time to end, for which nobody waits.
            var ending = EndAsync(listening, waiting, lost);
            if (closing.IsCancellationRequested)
            {
                await ending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task EndAsync(NpgsqlConnection listening, Task waiting, CancellationTokenSource lost)
    {
        using (lost)
        {
            CallDeadline.Cancel(lost);
            await waiting.WaitAsync(PatienceForEnd, _connection.Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        listening.Notification -= Hear;
        if (!waiting.IsCompleted)
        {
            // The client can miss a cancellation that meets a message. Nothing else can be done with such a connection: it ends with the server's next word, or the process.
            _ = waiting.ContinueWith(_ => listening.DisposeAsync().AsTask(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return;
        }

        await using (listening.ConfigureAwait(false))
        {
            await EndListeningAsync(listening).ConfigureAwait(false);
        }
    }

    // A connection of the pool may have died in silence: without a deadline nobody would ever know.
    private async ValueTask<NpgsqlConnection> OpenAsync(IEnumerable<string> channels, CancellationToken cancellationToken)
    {
        using var deadline = new CallDeadline(_connection.CommandTimeout, _connection.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var connection = _direct is null
            ? await _connection.OpenAsync(either.Token).ConfigureAwait(false)
            : await _direct.OpenConnectionAsync(either.Token).ConfigureAwait(false);
        try
        {
            var listen = PostgresConnection.Command(connection, string.Concat(channels.Select(static channel => $"LISTEN {PostgresSchema.Quote(channel)};")));
            await using (listen.ConfigureAwait(false))
            {
                await listen.ExecuteNonQueryAsync(either.Token).ConfigureAwait(false);
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // The connection goes back to its pool, and the next who has it wants to hear nothing. One that does not answer is broken, and does not go back.
    private static async Task EndListeningAsync(NpgsqlConnection listening)
    {
        if (listening.FullState.HasFlag(System.Data.ConnectionState.Open))
        {
            var end = PostgresConnection.Command(listening, "UNLISTEN *");
            await using (end.ConfigureAwait(false))
            {
                end.CommandTimeout = 1;
                try
                {
                    await end.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
                }
                catch (Exception exception) when (PostgresFailure.IsOfClient(exception))
                {
                    // Its end is what was wanted.
                }
            }
        }
    }

    private static async Task WaitAsync(NpgsqlConnection listening, CancellationToken lost)
    {
        while (true)
        {
            await listening.WaitAsync(lost).ConfigureAwait(false);
        }
    }

    private async Task<PostgresListeningEnd> BeatWhileHeardAsync(Task waiting, CancellationToken closing)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            var echo = _echo = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await SendBeatAsync(notifies: true, closing).ConfigureAwait(false);
            await Task.WhenAny(echo.Task, waiting, Task.Delay(PatienceForEcho, _connection.Time, closing)).ConfigureAwait(false);
            if (!echo.Task.IsCompleted)
            {
                if (!isFirst || waiting.IsCompleted || closing.IsCancellationRequested)
                {
                    return PostgresListeningEnd.Lost;
                }

                TellMissing();
                return PostgresListeningEnd.Unheard;
            }

            Restore();
            await Task.WhenAny(waiting, Task.Delay(BeatPeriod, _connection.Time, closing)).ConfigureAwait(false);
            if (waiting.IsCompleted || closing.IsCancellationRequested)
            {
                return PostgresListeningEnd.Lost;
            }
        }
    }

    private void TellMissing()
    {
        if (!_isMissingLogged)
        {
            _isMissingLogged = true;
            Log.PostgresNotificationsMissing(_logger, _connection.Backend);
        }
    }

    private static bool IsExpected(Exception exception) => exception is BackendUnavailableException or BackendRefusedException || PostgresFailure.IsOfClient(exception);
}
