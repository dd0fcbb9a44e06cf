using StackExchange.Redis;

namespace Pipeline.Backends;

/// <summary>The beat that is published and must come back.</summary>
internal sealed partial class RedisSubscriptions
{
    private void Beat()
    {
        lock (_gate)
        {
            if (_subscriptions.Count == 0)
            {
                return;
            }

            if (_heard < _sent)
            {
                Interrupt();
                Renew();
            }

            _sent++;
        }

        _ = BeatAsync(_sent);
    }

    // The client may lose a subscription for good while it connects: it no longer knows of the server that it subscribed at, or sends the end of the former
    // subscription after the new one.
    private void Renew()
    {
        if (_session is not { } session)
        {
            return;
        }

        string[] channels = [.. _started.Keys];
        foreach (var channel in channels)
        {
            _started[channel] = Lost;
            try
            {
                var end = session.Multiplexer.GetSubscriber().UnsubscribeAsync(channel);
                _ = end.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }
            catch (Exception exception) when (IsOfUnsubscribing(exception))
            {
                // Forgotten by the client all the same.
            }

            try
            {
                _ = StartAsync(session, channel);
            }
            catch (Exception exception) when (RedisFailure.IsOfClient(exception))
            {
                // The next beat that does not come back tries again.
            }
        }
    }

    // Where the client has lost track of the server of a subscription, it stumbles over that.
    private static bool IsOfUnsubscribing(Exception exception) => exception is NullReferenceException || RedisFailure.IsOfClient(exception);

    private async Task BeatAsync(long number)
    {
        try
        {
            await _connection.CallAsync(
                "notifications beat", (_beatChannel, number), static (session, call) => session.Database.PublishAsync(call._beatChannel, call.number, RedisConnection.Flags)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is BackendUnavailableException or BackendRefusedException or ObjectDisposedException)
        {
            // That it does not come back says it.
        }
    }

    private void HearBeat(RedisChannel channel, RedisValue number)
    {
        lock (_gate)
        {
            _heard = Math.Max(_heard, (long)number);
            if (_heard == _sent)
            {
                Restore();
            }
        }
    }
}
