using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>Brings values into the levels, and takes them out. Thread safe.</summary>
internal sealed class LevelWriter(CacheCore core)
{
    private EntryTags _allOnly = EntryTags.AllOnly;

    /// <summary>Stores a value that was missing, unless it has been overtaken. A backend or serializer that fails is not the caller's failure.</summary>
    public async ValueTask<FillOutcome<T>> FillAsync<T>(
        KeyWork work, T value, bool isKept, CachePolicy policy, HybridCacheEntryFlags flags)
    {
        var toBackend = !flags.HasFlag(HybridCacheEntryFlags.DisableDistributedCacheWrite);
        EncodedValue<T> encoded;
        try
        {
            encoded = EncodedValue<T>.Of(value, work.Origin, core.Serializers, toBackend);
        }
        catch (Exception exception)
        {
            core.Metrics.CountUnserializable();
            Log.CacheValueUnserializable(core.Log, typeof(T).Name, exception);
            return new(FillOutcomes.Unserializable, Payload: null, Serializer: null);
        }

        using (encoded)
        {
            var name = !isKept ? FillOutcomes.NotKept
                : IsOversized(encoded) ? FillOutcomes.Oversized
                : await FillAsync(work, encoded, policy, flags).ConfigureAwait(false);
            return new(name, encoded.Payload, encoded.Serializer);
        }
    }

    /// <summary>Replaces what stands under a key.</summary>
    /// <exception cref="BackendUnavailableException">The backend did not answer; this process has the new value.</exception>
    public async ValueTask SetAsync<T>(
        string key, T value, EntryTags tags, CachePolicy policy, HybridCacheEntryFlags flags, CancellationToken cancellationToken)
    {
        var toBackend = !flags.HasFlag(HybridCacheEntryFlags.DisableDistributedCacheWrite);
        using var encoded = EncodedValue<T>.Of(value, origin: null, core.Serializers, toBackend);
        if (IsOversized(encoded))
        {
            await RemoveAsync(key, cancellationToken).ConfigureAwait(false);
            return;
        }

        var write = core.Flights.BeginWrite(key, tags, removes: false);
        LocalEntry? entry = null;
        Exception? failure;
        try
        {
            failure = await ReadGenerationsAsync(write, cancellationToken).ConfigureAwait(false);
            var freshFor = policy.DrawFreshFor();
            if (failure is null && toBackend)
            {
                var options = OptionsOf(write.Tags, policy, freshFor, announce: true);
                failure = await ReplaceAsync(write, encoded.Stored!, options, cancellationToken).ConfigureAwait(false);
            }

            if (!flags.HasFlag(HybridCacheEntryFlags.DisableLocalCacheWrite))
            {
                entry = encoded.ToEntry(key, write.Tags, write.Born, EntryTimes.OfNew(policy, freshFor, core.Clock.Now));
            }
        }
        finally
        {
            core.Flights.EndWrite(write, entry);
        }

        ThrowIfFailed(toBackend ? failure : null, "cache set");
    }

    /// <summary>Removes what stands under a key.</summary>
    /// <exception cref="BackendUnavailableException">The backend did not answer; this process has removed the entry.</exception>
    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken)
    {
        var write = core.Flights.BeginWrite(key, EntryTags.AllOnly, removes: true);
        Exception? failure = null;
        try
        {
            if (!core.IsBackendLocal)
            {
                await AwaitTurnAsync(write, cancellationToken).ConfigureAwait(false);
                core.OwnNotices?.Expect(key, core.Clock.Now);
                failure = await AwaitAnnouncedAsync(key, core.Backend.RemoveAsync(key, cancellationToken)).ConfigureAwait(false);
            }
        }
        finally
        {
            core.Flights.EndWrite(write, entry: null);
        }

        ThrowIfFailed(failure, "cache remove");
    }

    /// <summary>Invalidates all entries that carry a tag.</summary>
    /// <exception cref="BackendUnavailableException">The backend did not answer; this process has invalidated its own copies.</exception>
    public async ValueTask InvalidateAsync(string tag, CancellationToken cancellationToken)
    {
        core.Tags.Invalidate(tag);
        BackendReply<bool> reply;
        try
        {
            reply = await core.Backend.InvalidateTagAsync(tag, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Once more for what began meanwhile, and may have read what the backend had not invalidated yet.
            core.Tags.Invalidate(tag);
        }

        ThrowIfFailed(reply.Failure, "cache invalidate tag");
    }

    /// <summary>Reads the generations of the tags of work, before its value is made.</summary>
    /// <returns>Why they could not be read, or <see langword="null"/>.</returns>
    public async ValueTask<Exception?> ReadGenerationsAsync(KeyWork work, CancellationToken cancellationToken)
    {
        var reply = await core.Backend.ReadGenerationsAsync(work.Tags.Names, cancellationToken).ConfigureAwait(false);
        if (reply.IsOk)
        {
            work.Tags = ReferenceEquals(work.Tags, EntryTags.AllOnly) ? AllOnly(reply.Value) : work.Tags.With(reply.Value);
        }

        return reply.Failure;
    }

    // What most entries carry: one object for all of them.
    private EntryTags AllOnly(TagGenerations generations)
    {
        var last = Volatile.Read(ref _allOnly);
        if (!generations.Equals(last.Generations))
        {
            last = last.With(generations);
            Volatile.Write(ref _allOnly, last);
        }

        return last;
    }

    private static void ThrowIfFailed(Exception? failure, string operation)
    {
        switch (failure)
        {
            case null:
                return;
            case BackendUnavailableException unavailable:
                throw new BackendUnavailableException(unavailable.Backend, operation, unavailable);
            default:
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
                return;
        }
    }

    private static CacheEntryOptions OptionsOf(EntryTags tags, CachePolicy policy, TimeSpan freshFor, bool announce) => new()
    {
        FreshFor = freshFor,
        StaleFor = policy.StaleFor,
        Tags = tags.Generations ?? TagGenerations.None,
        AnnounceChange = announce,
    };

    private static async ValueTask AwaitTurnAsync(KeyWrite write, CancellationToken cancellationToken)
    {
        if (write.Earlier.Count > 0)
        {
            await Task.WhenAll(write.Earlier).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<string> FillAsync<T>(KeyWork work, EncodedValue<T> encoded, CachePolicy policy, HybridCacheEntryFlags flags)
    {
        var freshFor = policy.DrawFreshFor();
        var tags = work.Tags;
        LocalEntry? entry = flags.HasFlag(HybridCacheEntryFlags.DisableLocalCacheWrite)
            ? null
            : encoded.ToEntry(work.Key, tags, work.Born, EntryTimes.OfNew(policy, freshFor, core.Clock.Now));

        // An entry whose tags have no generations could never be invalidated.
        var toBackend = tags.Generations is not null && !flags.HasFlag(HybridCacheEntryFlags.DisableDistributedCacheWrite);
        if (core.Flights.Publish(work, tags, entry, toBackend) != PublishResult.Current)
        {
            return FillOutcomes.Overtaken;
        }

        if (toBackend)
        {
            // Bounded by the backend's deadline. That the callers have gone is no reason to throw the value away.
            await core.Backend.SetAsync(
                work.Key, encoded.Stored!, OptionsOf(tags, policy, freshFor, announce: false), CancellationToken.None).ConfigureAwait(false);
        }

        return FillOutcomes.Stored;
    }

    private async ValueTask<Exception?> ReplaceAsync(
        KeyWrite write, PooledBuffer value, CacheEntryOptions options, CancellationToken cancellationToken)
    {
        await AwaitTurnAsync(write, cancellationToken).ConfigureAwait(false);
        core.OwnNotices?.Expect(write.Key, core.Clock.Now);
        return await AwaitAnnouncedAsync(write.Key, core.Backend.SetAsync(write.Key, value, options, cancellationToken)).ConfigureAwait(false);
    }

    // A change that was perhaps not made may have no notice; if one comes, it is heeded.
    private async ValueTask<Exception?> AwaitAnnouncedAsync(string key, ValueTask<BackendReply<bool>> change)
    {
        var isDone = false;
        try
        {
            var reply = await change.ConfigureAwait(false);
            isDone = reply.IsOk;
            return reply.Failure;
        }
        finally
        {
            if (!isDone)
            {
                core.OwnNotices?.Take(key, core.Clock.Now);
            }
        }
    }

    private bool IsOversized<T>(EncodedValue<T> encoded)
    {
        if (encoded.Bytes <= core.MaxValueBytes)
        {
            return false;
        }

        core.Metrics.CountOversized();
        Log.CacheValueOversized(core.Log, typeof(T).Name, encoded.Bytes, core.MaxValueBytes);
        return true;
    }
}
