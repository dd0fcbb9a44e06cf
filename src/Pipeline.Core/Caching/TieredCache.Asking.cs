using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Backends;
using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <content>What happens when a hit is not all there is to it.</content>
public sealed partial class TieredCache
{
    private async ValueTask<T> GetSlowlyAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        CachePolicy policy,
        IEnumerable<string>? tags,
        HybridCacheEntryFlags flags,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(factory);
        var answer = await AskSlowlyAsync(
            key,
            (State: state, Factory: factory),
            static (call, _, token) => call.Factory(call.State, token),
            policy,
            tags,
            flags,
            keep: null,
            cancellationToken).ConfigureAwait(false);
        return answer.Value;
    }

    private async ValueTask<CacheAnswer<T>> AskSlowlyAsync<TState, T>(
        string key,
        TState state,
        Func<TState, KeyWork, CancellationToken, ValueTask<T>> factory,
        CachePolicy policy,
        IEnumerable<string>? tags,
        HybridCacheEntryFlags flags,
        Func<T, bool>? keep,
        CancellationToken cancellationToken)
    {
        StoredName.ThrowIfInvalid(key);
        var entryTags = EntryTags.Of(tags);
        cancellationToken.ThrowIfCancellationRequested();
        var request = new CacheRequest<TState, T>(key, state, factory, keep, policy, entryTags, _core.Effective(flags));
        var answer = await AskAsync(request, cancellationToken).ConfigureAwait(false);
        _metrics.CountRequest(answer.Outcome);
        return answer;
    }

    private async ValueTask<CacheAnswer<T>> AskAsync<TState, T>(CacheRequest<TState, T> request, CancellationToken cancellationToken)
    {
        while (true)
        {
            LocalEntry? seen = null;
            LocalEntry<T>? standing = null;
            if (request.ReadsLocal && _local.TryGet(request.Key, out seen) && TryAnswer(request, seen, out standing, out var answer))
            {
                return answer;
            }

            var joined = _core.Flights.JoinOrStart<T>(request.Key, request.Terms, request.Tags, seen, request.ReadsLocal, out var flight);
            if (joined == JoinResult.LookAgain)
            {
                continue;
            }

            if (joined == JoinResult.Started)
            {
                Start(request, flight!, standing, cancellationToken.CanBeCanceled || request.Policy.HasTimeouts);
            }

            return await WaitAsync(flight!, isOwn: joined == JoinResult.Started, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Answers from an entry of this process, if that will do.</summary>
    /// <param name="request">The request.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="standing">The entry if it is valid and will not do; else <see langword="null"/>.</param>
    /// <param name="answer">The answer.</param>
    private bool TryAnswer<TState, T>(CacheRequest<TState, T> request, LocalEntry entry, out LocalEntry<T>? standing, out CacheAnswer<T> answer)
    {
        answer = default;
        standing = null;
        var now = _clock.Now;
        var worth = _core.Judge(entry, now);
        if (worth == EntryStanding.Gone || entry is not LocalEntry<T> typed)
        {
            return false;
        }

        var isFresh = worth is EntryStanding.Fresh or EntryStanding.RefreshDue;
        var standsIn = !isFresh && request.Policy.AllowsStale && now < entry.RetryFrom;
        if ((isFresh || standsIn) && _core.TryRead(entry, out T value))
        {
            if (worth == EntryStanding.RefreshDue)
            {
                Refresh(request, typed, now);
            }

            answer = new(value, isFresh ? CacheOutcome.Hit : CacheOutcome.StaleHit, entry.Origin);
            return true;
        }

        standing = isFresh ? null : typed;
        return false;
    }

    private void Refresh<TState, T>(CacheRequest<TState, T> request, LocalEntry<T> entry, long now)
    {
        if (request.Policy.EarlyRefresh is not null
            && !request.Flags.HasFlag(HybridCacheEntryFlags.DisableUnderlyingData)
            && entry.TryClaimRefresh(now, request.Policy.RetryDelay)
            && _core.Flights.TryStartRefresh<T>(request.Key, request.Terms, request.Tags) is { } flight)
        {
            Start(request, flight, entry, isElsewhere: true);
        }
    }

    // A factory that blocks must not hold a caller who may give up, nor one that a time-out is to answer.
    private void Start<TState, T>(CacheRequest<TState, T> request, Flight<T> flight, LocalEntry<T>? standing, bool isElsewhere)
    {
        var run = new FlightRun<TState, T>(_core, flight, request, standing);
        _ = isElsewhere ? Task.Run(run.RunAsync) : run.RunAsync();
    }

    private async ValueTask<CacheAnswer<T>> WaitAsync<T>(Flight<T> flight, bool isOwn, CancellationToken cancellationToken)
    {
        FlightAnswer<T> answer;
        try
        {
            if (!isOwn)
            {
                FlightScope.ThrowIfWithin(flight);
            }

            answer = await flight.Answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            if (!flight.Answer.IsCompleted)
            {
                _core.Flights.Leave(flight);
            }

            _metrics.CountRequest(isOwn ? CacheOutcome.Miss : CacheOutcome.Shared);
            throw;
        }

        var outcome = !isOwn && answer.Outcome is CacheOutcome.Miss or CacheOutcome.Failed ? CacheOutcome.Shared : answer.Outcome;
        return new(answer.Take(), outcome, answer.Origin);
    }
}
