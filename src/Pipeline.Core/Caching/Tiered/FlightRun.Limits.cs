using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <content>What stands in for a value that is late or cannot be made.</content>
internal sealed partial class FlightRun<TState, T>
{
    private const long FirstPoll = 25;

    private ITimer? StartTimer(TimeSpan? due, Action<FlightRun<TState, T>> elapsed) => due is { } time
        ? _core.Time.CreateTimer(
            static state =>
            {
                var (run, action) = ((FlightRun<TState, T>, Action<FlightRun<TState, T>>))state!;
                action(run);
            },
            (this, elapsed),
            time,
            Timeout.InfiniteTimeSpan)
        : null;

    // The soft time-out: who has waited so long gets the stale value, and so does who comes while the run goes on.
    private void AnswerEarly()
    {
        if (_stale is { } stale && IsKept(stale) && _core.Flights.TryAnswerEarly(_flight, stale))
        {
            _flight.TryAnswer(stale.ToAnswer(CacheOutcome.StaleHit));
        }
    }

    // The hard time-out: nobody waits any longer. What the factory still brings is stored if nothing has overtaken it.
    private void GiveUp()
    {
        var timeout = _policy.HardTimeout!.Value;
        Volatile.Write(ref _hasTimedOut, true);
        _core.Flights.Close(_flight);
        Log.CacheFillTimedOut(_core.Log, timeout);
        if (LastStale() is { } stale)
        {
            _flight.TryAnswer(ServeStale(stale, _policy.RetryDelay));
        }
        else
        {
            _flight.TryFail(new CacheFillTimeoutException(timeout));
        }

        _flight.Cancel();
    }

    // Fail-safe. Where the factory was told to stop, whoever was to be answered has been.
    private FlightAnswer<T>? StandIn(Exception exception)
    {
        if (IsGivenUp(exception) || LastStale() is not { } stale)
        {
            return null;
        }

        Log.CacheFillFailedStaleServed(_core.Log, _policy.RetryDelay, exception);
        return ServeStale(stale, _policy.RetryDelay);
    }

    /// <summary>The stale value if there is one that is still good, for a flight that ends with it.</summary>
    private LocalEntry<T>? LastStale()
    {
        if (_stale is not { } stale)
        {
            return null;
        }

        // Closed before it is judged: the flight may not know its tags, and nobody who asks after an invalidation is to be answered with it.
        _core.Flights.Close(_flight);
        return IsKept(stale) && _core.Tags.AreCurrent(stale.Tags, stale.Born) ? stale : null;
    }

    private bool IsKept(LocalEntry<T> stale) => _core.Clock.Now < stale.KeepUntil;

    private FlightAnswer<T> ServeStale(LocalEntry<T> stale, TimeSpan delay)
    {
        stale.RetryFrom = _core.Clock.Now + Milliseconds(delay);
        if (!ReferenceEquals(stale, _standing) && !_flags.HasFlag(HybridCacheEntryFlags.DisableLocalCacheWrite))
        {
            _core.Flights.KeepStale(_flight, stale, _standing);
        }

        return stale.ToAnswer(CacheOutcome.StaleHit);
    }
}
