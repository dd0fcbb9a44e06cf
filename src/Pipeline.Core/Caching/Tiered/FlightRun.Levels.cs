using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <content>What another process may have made, or be making.</content>
internal sealed partial class FlightRun<TState, T>
{
    private const long LongestPoll = 1_000;

    /// <summary>Finds a fresh value without making one, and notes a stale one.</summary>
    private async ValueTask<FlightAnswer<T>?> FindAsync()
    {
        if (_core.IsBackendLocal)
        {
            return await ConfirmAsync().ConfigureAwait(false);
        }

        if (_flags.HasFlag(HybridCacheEntryFlags.DisableDistributedCacheRead))
        {
            return null;
        }

        using var buffer = new PooledBuffer();
        var options = _policy.AllowsStale ? CacheReadOptions.AllowStale : CacheReadOptions.None;
        var reply = await _core.Backend.ReadAsync(_flight.Key, buffer, options, _flight.Token).ConfigureAwait(false);
        _hasBackendFailed = !reply.IsOk;
        return reply.IsOk ? Accept(reply.Value, buffer.Written) : null;
    }

    // Values are kept here and nowhere else, so that it is by its tags that an entry is confirmed.
    private async ValueTask<FlightAnswer<T>?> ConfirmAsync()
    {
        if (_standing is not { Tags.Generations: { } generations } standing || standing.Confirmed >= _core.Tags.ConfirmFrom)
        {
            return null;
        }

        var reply = await _core.Backend.ReadGenerationsAsync(standing.Tags.Names, _flight.Token).ConfigureAwait(false);
        if (!reply.IsOk || !generations.AreCurrent(reply.Value))
        {
            return null;
        }

        // Closed before it is judged, so that nobody who asks after an invalidation of the entry is answered with it.
        _core.Flights.Close(_flight);
        standing.Confirmed = _flight.Born;
        return _core.Judge(standing, _core.Clock.Now) >= EntryStanding.RefreshDue ? standing.ToAnswer(CacheOutcome.Hit) : null;
    }

    private FlightAnswer<T>? Accept(in CacheReadResult found, ReadOnlyMemory<byte> stored)
    {
        if (found.Status == CacheReadStatus.Unreadable)
        {
            NoteUnreadable(exception: null);
        }

        if (!found.IsFound || Decode(found, stored) is not { } entry)
        {
            return null;
        }

        if (!found.IsFresh)
        {
            _stale = entry;
            return null;
        }

        var isWorthRefreshing = _flight.IsRefresh && entry.IsRefreshDue(_core.Clock.Now);
        return isWorthRefreshing ? null : Take(entry);
    }

    private FlightAnswer<T>? Take(LocalEntry<T> entry)
    {
        // Nobody who asks after an invalidation may join what was read before it, and only now are the entry's tags known.
        _core.Flights.Close(_flight);
        var kept = _flags.HasFlag(HybridCacheEntryFlags.DisableLocalCacheWrite) ? null : entry;
        return _core.Flights.Publish(_flight, entry.Tags, kept, writes: false) == PublishResult.Invalid ? null : entry.ToAnswer(CacheOutcome.Hit);
    }

    private LocalEntry<T>? Decode(in CacheReadResult found, ReadOnlyMemory<byte> stored)
    {
        try
        {
            if (TieredValue.TryOpen(stored, out var bytes, out var origin))
            {
                var serializer = _core.Serializers.Get<T>();
                var value = TieredValue.Read(bytes, serializer);
                var payload = ValueKind<T>.IsImmutable ? null : bytes?.ToArray();
                var times = EntryTimes.OfCopy(_policy, found, _core.Clock.Now);
                return LocalEntry<T>.Of(
                    _flight.Key, value, payload, stored.Length, origin, serializer, EntryTags.Of(found.Tags), _flight.Born, times);
            }

            NoteUnreadable(exception: null);
        }
        catch (Exception exception)
        {
            NoteUnreadable(exception);
        }

        return null;
    }

    // A flight may look more than once.
    private void NoteUnreadable(Exception? exception)
    {
        if (!_hasNotedUnreadable)
        {
            _hasNotedUnreadable = true;
            _core.NoteUnreadable<T>(exception);
        }
    }

    /// <summary>Waits while another process makes the value.</summary>
    /// <returns>What it made, or what stands in for it; <see langword="null"/> when the value is to be made here.</returns>
    private async ValueTask<FlightAnswer<T>?> WaitForTurnAsync(FillLeaseHolder holder)
    {
        const HybridCacheEntryFlags Needed = HybridCacheEntryFlags.DisableDistributedCache;
        if (!_policy.UseFillLease || !_core.Backend.HasLeases || (_flags & Needed) != HybridCacheEntryFlags.None || _hasBackendFailed)
        {
            return null;
        }

        var giveUpAt = _core.Clock.Now + Milliseconds(_policy.FillWait);
        for (var poll = FirstPoll; ; poll = Math.Min(poll * 2, LongestPoll))
        {
            var leasesEnded = _core.Flights.LeasesEndedNear(_flight.Key);
            if (await holder.TryTakeAsync(_flight.Token).ConfigureAwait(false) is not { } lease)
            {
                return null;
            }

            if (lease.IsTaken)
            {
                // Its last holder may have stored the value since this process looked.
                return await FindAsync().ConfigureAwait(false);
            }

            if (StandInForOther(lease) is { } answer)
            {
                return answer;
            }

            var wait = Math.Min(poll, giveUpAt - _core.Clock.Now);
            if (wait <= 0 || _core.Flights.HasOtherFlight(_flight))
            {
                // If the holder is this process's own flight from before or after an invalidation, there is nothing to wait for: each makes its own.
                return null;
            }

            if (_core.Flights.LeasesEndedNear(_flight.Key) != leasesEnded)
            {
                // The holder may have been such a flight, and have given the lease back by now.
                continue;
            }

            wait = Math.Max(1, Math.Min(wait, Milliseconds(lease.Remaining)));
            await Task.Delay(TimeSpan.FromMilliseconds(wait), _core.Time, _flight.Token).ConfigureAwait(false);
            if (await FindAsync().ConfigureAwait(false) is { } found)
            {
                return found;
            }
        }
    }

    private FlightAnswer<T>? StandInForOther(in CacheFillLease lease)
    {
        if (_flight.IsRefresh && _standing is { } standing && _core.Judge(standing, _core.Clock.Now) >= EntryStanding.RefreshDue)
        {
            _core.Flights.Close(_flight);
            return _core.Judge(standing, _core.Clock.Now) >= EntryStanding.RefreshDue ? standing.ToAnswer(CacheOutcome.Hit) : null;
        }

        return LastStale() is { } stale ? ServeStale(stale, lease.Remaining < _policy.RetryDelay ? lease.Remaining : _policy.RetryDelay) : null;
    }

    private static long Milliseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMillisecond;
}
