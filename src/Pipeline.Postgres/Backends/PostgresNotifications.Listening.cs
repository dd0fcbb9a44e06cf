using System.Globalization;
using Npgsql;

namespace Pipeline.Backends;

/// <summary>The listening connection, and the beat.</summary>
internal sealed partial class PostgresNotifications
{
    private static readonly TimeSpan BeatPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseBeforeConnecting = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan PatienceForEcho = TimeSpan.FromSeconds(2);

    // After it was seen that notifications do not come through: once a minute.
    private const int BeatsBetweenAttempts = 12;

    // The topics' channels, then the beat's own.
    private readonly string[] _channels;
    private TaskCompletionSource _echo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _beat;
    private bool _isMissingLogged;

    private int BeatChannel => _channels.Length - 1;

    private async Task RunAsync()
    {
        var closing = _closing.Token;
        while (!closing.IsCancellationRequested)
        {
            var isHeard = await ListenAsync(closing).ConfigureAwait(false);
            Interrupt();
            await RestAsync(isHeard ? 0 : BeatsBetweenAttempts, closing).ConfigureAwait(false);
        }
    }

    // Ends when the connection is lost, or nothing is heard over it.
    private async Task<bool> ListenAsync(CancellationToken closing)
    {
        try
        {
            await _connection.PrepareAsync(closing).ConfigureAwait(false);
            var listening = await OpenAsync(closing).ConfigureAwait(false);
            await using (listening.ConfigureAwait(false))
            {
                listening.Notification += Hear;
                using var lost = CancellationTokenSource.CreateLinkedTokenSource(closing);
                var waiting = WaitAsync(listening, lost);
                try
                {
                    return await BeatWhileHeardAsync(waiting, closing).ConfigureAwait(false);
                }
                finally
                {
                    CallDeadline.Cancel(lost);
                    await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    listening.Notification -= Hear;
                    await EndListeningAsync(listening).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (exception is BackendUnavailableException or BackendRefusedException || PostgresFailure.IsOfClient(exception))
        {
            // Each attempt ends so while the server is away; the next one begins after a pause.
            return true;
        }
    }

    private async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken closing)
    {
        var connection = _direct is null
            ? await _connection.OpenAsync(closing).ConfigureAwait(false)
            : await _direct.OpenConnectionAsync(closing).ConfigureAwait(false);
        try
        {
            var listen = PostgresConnection.Command(connection, string.Concat(_channels.Select(static channel => $"LISTEN {PostgresSchema.Quote(channel)};")));
            await using (listen.ConfigureAwait(false))
            {
                await listen.ExecuteNonQueryAsync(closing).ConfigureAwait(false);
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // The connection goes back to its pool, and the next who has it wants to hear nothing.
    private static async Task EndListeningAsync(NpgsqlConnection listening)
    {
        if (listening.FullState.HasFlag(System.Data.ConnectionState.Open))
        {
            var end = PostgresConnection.Command(listening, "UNLISTEN *");
            await using (end.ConfigureAwait(false))
            {
                end.CommandTimeout = 1;
                await end.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private static async Task WaitAsync(NpgsqlConnection listening, CancellationTokenSource lost)
    {
        while (true)
        {
            await listening.WaitAsync(lost.Token).ConfigureAwait(false);
        }
    }

    private async Task<bool> BeatWhileHeardAsync(Task waiting, CancellationToken closing)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            var echo = _echo = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await SendBeatAsync(notifies: true, closing).ConfigureAwait(false);
            await Task.WhenAny(echo.Task, waiting, Task.Delay(PatienceForEcho, _connection.Time, closing)).ConfigureAwait(false);
            if (!echo.Task.IsCompleted)
            {
                if (isFirst && !waiting.IsCompleted && !closing.IsCancellationRequested && !_isMissingLogged)
                {
                    _isMissingLogged = true;
                    Log.PostgresNotificationsMissing(_logger, _connection.Backend);
                }

                return !isFirst || waiting.IsCompleted;
            }

            Restore();
            await Task.WhenAny(waiting, Task.Delay(BeatPeriod, _connection.Time, closing)).ConfigureAwait(false);
            if (waiting.IsCompleted || closing.IsCancellationRequested)
            {
                return true;
            }
        }
    }

    private async Task RestAsync(int beats, CancellationToken closing)
    {
        await Task.Delay(PauseBeforeConnecting, _connection.Time, closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        for (var i = 0; i < beats && !closing.IsCancellationRequested; i++)
        {
            lock (_gate)
            {
                PostToAll(static listener => listener.OnBeatWithoutNotifications());
            }

            try
            {
                await SendBeatAsync(notifies: false, closing).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is BackendUnavailableException or BackendRefusedException or OperationCanceledException)
            {
                // Asked again at the next beat.
            }

            await Task.Delay(BeatPeriod, _connection.Time, closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendBeatAsync(bool notifies, CancellationToken closing)
    {
        var number = Interlocked.Increment(ref _beat).ToString(CultureInfo.InvariantCulture);
        if (Beat is { IsNeeded: true } asked)
        {
            await _connection.QueryAsync(
                "beat",
                asked.Sql,
                (Asked: asked, Channel: _channels[BeatChannel], number),
                static (parameters, call) => call.Asked.Bind(parameters.Text(call.Channel).Text(call.number)),
                static async (reader, call, deadline) =>
                {
                    await call.Asked.ReadAsync(reader, deadline).ConfigureAwait(false);
                    return true;
                },
                closing).ConfigureAwait(false);
        }
        else if (notifies)
        {
            await _connection.ExecuteAsync(
                "beat",
                _connection.Sql["Backends/beat.sql"],
                (Channel: _channels[BeatChannel], number),
                static (parameters, call) => parameters.Text(call.Channel).Text(call.number),
                closing).ConfigureAwait(false);
        }
    }

    private void HearBeat(string number)
    {
        if (string.Equals(number, Interlocked.Read(ref _beat).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))
        {
            _echo.TrySetResult();
        }
    }
}
