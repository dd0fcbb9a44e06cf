using System.Globalization;

namespace Pipeline.Backends;

/// <summary>The beat.</summary>
internal sealed partial class PostgresNotifications
{
    private static readonly TimeSpan BeatPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private long _lastBeat;

    // Whatever the reason: a pooler, a server that is away, an attempt to connect that is not answered.
    private async Task BeatWhileUnheardAsync()
    {
        var (time, closing) = (_connection.Time, _closing.Token);
        while (!closing.IsCancellationRequested)
        {
            var left = BeatPeriod - time.GetElapsedTime(Interlocked.Read(ref _lastBeat));
            if (left <= TimeSpan.Zero && Volatile.Read(ref _isInterrupted))
            {
                await BeatUnheardAsync(closing).ConfigureAwait(false);
            }
            else
            {
                await Task.Delay(left > Look ? left : Look, time, closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task BeatUnheardAsync(CancellationToken closing)
    {
        lock (_gate)
        {
            PostToAll(static listener => listener.OnBeatWithoutNotifications());
        }

        try
        {
            await SendBeatAsync(notifies: false, closing).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            // Asked again at the next beat.
        }
#pragma warning disable CA1031 // Whatever it was, the process must not be deaf from now on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.PostgresListeningFailed(_logger, _connection.Backend, exception.GetType().Name, exception);
        }
    }

    private async Task SendBeatAsync(bool notifies, CancellationToken closing)
    {
        Interlocked.Exchange(ref _lastBeat, _connection.Time.GetTimestamp());
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
