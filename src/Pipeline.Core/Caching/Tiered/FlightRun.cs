using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <summary>Runs one flight: asks the backend, else has the value made, stores it, and answers.</summary>
/// <remarks>Used once. Its time-outs answer beside the run, which goes on.</remarks>
internal sealed partial class FlightRun<TState, T>
{
    private readonly CacheCore _core;
    private readonly Flight<T> _flight;
    private readonly CacheRequest<TState, T> _request;
    private readonly CachePolicy _policy;
    private readonly HybridCacheEntryFlags _flags;
    private readonly LocalEntry<T>? _standing;
    private LocalEntry<T>? _stale;
    private bool _hasBackendFailed;
    private bool _hasNotedUnreadable;
    private bool _hasTimedOut;

    /// <param name="core">The cache's parts.</param>
    /// <param name="flight">The flight.</param>
    /// <param name="request">The request of the caller who started it.</param>
    /// <param name="standing">The valid entry of this process that is no longer fresh, or to be refreshed early; <see langword="null"/> for none.</param>
    public FlightRun(CacheCore core, Flight<T> flight, CacheRequest<TState, T> request, LocalEntry<T>? standing)
    {
        _core = core;
        _flight = flight;
        _request = request;
        _policy = request.Policy;
        _flags = request.Flags;
        _standing = standing;
        _stale = _policy.AllowsStale ? standing : null;
    }

    /// <summary>Runs the flight to its end. Does not throw.</summary>
    public async Task RunAsync()
    {
        var lease = new FillLeaseHolder(_core, _flight);
        FlightAnswer<T>? answer = null;
        Exception? failure = null;
        try
        {
            answer = await MakeAsync(lease).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        // First, so that who is answered finds the state from after the flight.
        _core.Flights.End(_flight, keepsLease: lease.IsTaken);
        if (answer is not null)
        {
            _flight.TryAnswer(answer);
        }
        else
        {
            Fail(failure!);
        }

        if (lease.IsTaken)
        {
            // Given back last, for nobody waits for that.
            await lease.DisposeAsync().ConfigureAwait(false);
            _core.Flights.EndLease(_flight);
        }
    }

    private async ValueTask<FlightAnswer<T>> MakeAsync(FillLeaseHolder lease)
    {
        if (await FindAsync().ConfigureAwait(false) is { } found)
        {
            return found;
        }

        if (_flags.HasFlag(HybridCacheEntryFlags.DisableUnderlyingData))
        {
            return LastStale()?.ToAnswer(CacheOutcome.StaleHit) ?? FlightAnswer<T>.Of(default!, payload: null, OutcomeOfMiss());
        }

        using var soft = StartTimer(_stale is null ? null : _policy.SoftTimeout, static run => run.AnswerEarly());
        using var hard = StartTimer(_policy.HardTimeout, static run => run.GiveUp());
        if (await WaitForTurnAsync(lease).ConfigureAwait(false) is { } others)
        {
            return others;
        }

        return await FillAsync().ConfigureAwait(false);
    }

    private async ValueTask<FlightAnswer<T>> FillAsync()
    {
        await _core.Writer.ReadGenerationsAsync(_flight, _flight.Token).ConfigureAwait(false);
        var start = _core.Time.GetTimestamp();
        T value;
        bool isKept;
        try
        {
            value = await InvokeAsync().ConfigureAwait(false);
            isKept = _request.Keep is null || _request.Keep(value);
        }
        catch (Exception exception)
        {
            Record(_core.Time.GetElapsedTime(start), IsGivenUp(exception) ? FillOutcomes.Canceled : FillOutcomes.Failed);
            if (StandIn(exception) is { } stale)
            {
                return stale;
            }

            throw;
        }

        var duration = _core.Time.GetElapsedTime(start);
        var stored = await _core.Writer.FillAsync(_flight, value, isKept, _policy, _flags).ConfigureAwait(false);
        Record(duration, stored.Name);
        return FlightAnswer<T>.Of(value, stored.Payload, OutcomeOfMiss(), _flight.Origin, stored.Serializer);
    }

    private async ValueTask<T> InvokeAsync()
    {
        FlightScope.Enter(_flight);
        return await _request.Factory(_request.State, _flight, _flight.Token).ConfigureAwait(false);
    }

    private void Fail(Exception exception)
    {
        var isHeard = _flight.TryFail(exception) && !_flight.IsBackground;
        if (!isHeard && !IsGivenUp(exception))
        {
            Log.CacheBackgroundFillFailed(_core.Log, exception);
        }
    }

    private bool IsGivenUp(Exception exception) => exception is OperationCanceledException && _flight.Token.IsCancellationRequested;

    private CacheOutcome OutcomeOfMiss() => _hasBackendFailed ? CacheOutcome.Failed : CacheOutcome.Miss;

    private void Record(TimeSpan duration, string outcome) =>
        _core.Metrics.RecordFill(duration, Volatile.Read(ref _hasTimedOut) ? FillOutcomes.TimedOut : outcome);
}
