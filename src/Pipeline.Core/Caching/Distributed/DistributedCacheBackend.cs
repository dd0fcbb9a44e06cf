using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>A cache backend on the framework's distributed cache. What it cannot promise stands at <see cref="CacheBackendExtensions.AsCacheBackend"/>.</summary>
/// <remarks>
/// Under a key's own name stands its envelope; beside it, for a sliding entry, when it was used last: a distributed cache does not tell how much
/// of a sliding expiry is left, and would extend it also for a reader that finds the entry stale.
/// </remarks>
internal sealed partial class DistributedCacheBackend : ICacheBackend
{
    private readonly KeyLocks _locks = new();
    private readonly TimeProvider _time;
    private readonly DistributedStore _store;
    private readonly DistributedNumbers _numbers;
    private readonly DistributedTags _tags;
    private readonly DistributedKeys _entryKeys;
    private readonly DistributedKeys _useKeys;

    public DistributedCacheBackend(IDistributedCache cache, string keyPrefix, TimeProvider time)
    {
        _time = time;
        _store = new(cache, time);
        _numbers = new(_store, time);
        _tags = new(_numbers, new(keyPrefix, 't'), time);
        _entryKeys = new(keyPrefix, 'k');
        _useKeys = new(keyPrefix, 'u');
    }

    public ValueTask<CacheReadResult> TryGetAsync(
        string key, IBufferWriter<byte> destination, CacheReadOptions options = CacheReadOptions.None, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(key);
        ArgumentNullException.ThrowIfNull(destination);
        cancellationToken.ThrowIfCancellationRequested();
        return GetAsync(key, destination, options, cancellationToken);
    }

    public ValueTask<TagGenerations> ReadGenerationsAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tags);
        foreach (var tag in tags)
        {
            StoredName.ThrowIfInvalid(tag, nameof(tags));
        }

        string[] different = [.. tags.Distinct(StringComparer.Ordinal)];
        if (different.Length > TagGenerations.MaxTags)
        {
            throw new ArgumentException($"There are {different.Length} tags. Give at most {TagGenerations.MaxTags}.", nameof(tags));
        }

        cancellationToken.ThrowIfCancellationRequested();
        return _tags.ReadAsync(different, cancellationToken);
    }

    public ValueTask SetAsync(
        string key, ReadOnlySequence<byte> value, CacheEntryOptions options, CancellationToken cancellationToken = default)
    {
        var entry = new CacheEntry(key, value, options);
        cancellationToken.ThrowIfCancellationRequested();
        return StoreAsync(entry, cancellationToken);
    }

    public ValueTask<bool> TryAddAsync(
        string key, ReadOnlySequence<byte> value, CacheEntryOptions options, CancellationToken cancellationToken = default)
    {
        var entry = new CacheEntry(key, value, options);
        cancellationToken.ThrowIfCancellationRequested();
        return AddAsync(entry, cancellationToken);
    }

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(key);
        cancellationToken.ThrowIfCancellationRequested();
        return RemoveEntryAsync(key, cancellationToken);
    }

    public ValueTask InvalidateTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(tag);
        cancellationToken.ThrowIfCancellationRequested();
        return _tags.InvalidateAsync(tag, cancellationToken);
    }

    private async ValueTask<CacheReadResult> GetAsync(
        string key, IBufferWriter<byte> destination, CacheReadOptions options, CancellationToken cancellationToken)
    {
        var buffer = new PooledBuffer();
        var result = await ReadAsync(key, buffer, options, isUse: true, known: null, cancellationToken).ConfigureAwait(false);
        destination.Write(ValueOf(result, buffer));
        buffer.Dispose();
        return result;
    }

    // The payload is the end of an envelope.
    private static ReadOnlySpan<byte> ValueOf(CacheReadResult result, PooledBuffer buffer) => buffer.Written.Span[^result.Length..];

    private async ValueTask<CacheReadResult> ReadAsync(
        string key,
        PooledBuffer buffer,
        CacheReadOptions options,
        bool isUse,
        ConcurrentDictionary<string, Task<long?>>? known,
        CancellationToken cancellationToken)
    {
        if (!await _store.GetAsync(_entryKeys.Of(key), buffer, cancellationToken).ConfigureAwait(false))
        {
            return CacheReadResult.Missing;
        }

        if (!CacheEnvelope.TryRead(new ReadOnlySequence<byte>(buffer.Written), out var envelope, out var payload))
        {
            return CacheReadResult.Unreadable;
        }

        if (!await _tags.AreCurrentAsync(envelope.Tags, known, cancellationToken).ConfigureAwait(false)
            || await FindEndAsync(key, envelope, isUse, cancellationToken).ConfigureAwait(false) is not { } end)
        {
            return CacheReadResult.Missing;
        }

        var result = CacheReadResult.Judge(end.FreshUntil, end.KeepUntil, _time.GetUtcNow(), (int)payload.Length, envelope.Tags);
        return result.Status == CacheReadStatus.Stale && !options.HasFlag(CacheReadOptions.AllowStale) ? CacheReadResult.Missing : result;
    }

    /// <summary>Finds until when an entry is fresh and kept. For a sliding one that is fresh, a read that is a use puts that off.</summary>
    /// <returns>The ends, or <see langword="null"/> if the last use of a sliding entry is not known.</returns>
    private async ValueTask<(DateTimeOffset FreshUntil, DateTimeOffset KeepUntil)?> FindEndAsync(
        string key, CacheEnvelope envelope, bool isUse, CancellationToken cancellationToken)
    {
        if (envelope.SlidingWindow is null)
        {
            return (envelope.FreshUntil, envelope.KeepUntil);
        }

        if (await _numbers.ReadAsync(_useKeys.Of(key), cancellationToken).ConfigureAwait(false) is not { } milliseconds)
        {
            return null;
        }

        var used = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        var now = _time.GetUtcNow();
        if (isUse && now < envelope.FreshUntilIfUsedAt(used))
        {
            used = now;
            await WriteUseAsync(key, now, ExpiryOf(envelope, now), cancellationToken).ConfigureAwait(false);
        }

        return (envelope.FreshUntilIfUsedAt(used), envelope.KeepUntilIfUsedAt(used));
    }

    private async ValueTask StoreAsync(CacheEntry entry, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var envelope = CacheEnvelope.Create(entry.Options, now);
        var buffer = new PooledBuffer();
        envelope.Write(buffer, entry.Value);
        var expiry = ExpiryOf(envelope, now);
        if (envelope.SlidingWindow is not null)
        {
            await WriteUseAsync(entry.Key, now, expiry, cancellationToken).ConfigureAwait(false);
        }

        await _store.SetAsync(_entryKeys.Of(entry.Key), buffer, expiry, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask WriteUseAsync(string key, DateTimeOffset now, DistributedCacheEntryOptions expiry, CancellationToken cancellationToken) =>
        _numbers.WriteAsync(_useKeys.Of(key), now.ToUnixTimeMilliseconds(), expiry, cancellationToken);

    // The envelope says when the entry ends. The distributed cache only has to drop it some time after that, and some of them count in seconds.
    private static DistributedCacheEntryOptions ExpiryOf(CacheEnvelope envelope, DateTimeOffset now)
    {
        var margin = TimeSpan.FromSeconds(1);
        var expiry = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = envelope.KeepUntil - now + margin };
        if (envelope.SlidingWindow is { } window)
        {
            expiry.SlidingExpiration = window + (envelope.KeepUntil - envelope.FreshUntil) + margin;
        }

        return expiry;
    }

    private async ValueTask<bool> AddAsync(CacheEntry entry, CancellationToken cancellationToken)
    {
        var gate = await _locks.EnterAsync(entry.Key, cancellationToken).ConfigureAwait(false);
        try
        {
            if (await StandsAsync(entry.Key, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            await StoreAsync(entry, cancellationToken).ConfigureAwait(false);
            return true;
        }
        finally
        {
            gate.Release();
        }
    }

    private async ValueTask<bool> RemoveEntryAsync(string key, CancellationToken cancellationToken)
    {
        var gate = await _locks.EnterAsync(key, cancellationToken).ConfigureAwait(false);
        try
        {
            var stood = await StandsAsync(key, cancellationToken).ConfigureAwait(false);
            await _store.RemoveAsync(_entryKeys.Of(key), cancellationToken).ConfigureAwait(false);
            return stood;
        }
        finally
        {
            gate.Release();
        }
    }

    private async ValueTask<bool> StandsAsync(string key, CancellationToken cancellationToken)
    {
        var buffer = new PooledBuffer();
        var result = await ReadAsync(key, buffer, CacheReadOptions.AllowStale, isUse: false, known: null, cancellationToken).ConfigureAwait(false);
        buffer.Dispose();
        return result.IsFound;
    }
}
