using System.Buffers;
using Pipeline.Backends;

namespace Pipeline.Caching;

public sealed partial class InMemoryCacheBackend
{
    /// <inheritdoc/>
    public ValueTask<CacheReadResult> TryGetAsync(
        string key, IBufferWriter<byte> destination, CacheReadOptions options = CacheReadOptions.None, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<CacheReadResult>(cancellationToken);
        }

        // What stands in the store has a good key, so only a miss needs the check.
        if (!_store.TryGet(key, out var found))
        {
            StoredName.ThrowIfInvalid(key);
            return default;
        }

        var result = found.Read(_clock, options);
        if (result.Length > 0)
        {
            found.Value.CopyTo(destination.GetSpan(found.Value.Length));
            destination.Advance(found.Value.Length);
        }

        return new(result);
    }

    /// <inheritdoc/>
    public ValueTask GetManyAsync(
        ReadOnlyMemory<string> keys,
        IBufferWriter<byte> destination,
        Memory<CacheReadResult> results,
        CacheReadOptions options = CacheReadOptions.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (results.Length < keys.Length)
        {
            throw new ArgumentException(
                $"There is room for {results.Length} results and there are {keys.Length} keys. Give at least as much room.", nameof(results));
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        var found = ArrayPool<StoredValue?>.Shared.Rent(keys.Length);
        try
        {
            var bytes = Find(keys.Span, options, found, results.Span);
            if (bytes > Array.MaxLength)
            {
                throw new ArgumentException(
                    $"The values are {bytes} bytes long together, which is more than a buffer takes. Ask for fewer keys at once.", nameof(keys));
            }

            Write(found.AsSpan(0, keys.Length), (int)bytes, destination);
        }
        finally
        {
            ArrayPool<StoredValue?>.Shared.Return(found, clearArray: true);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask SetAsync(
        string key, ReadOnlySequence<byte> value, CacheEntryOptions options, CancellationToken cancellationToken = default)
    {
        var entry = new CacheEntry(key, value, options);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        Set(entry);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask SetManyAsync(ReadOnlyMemory<CacheEntry> entries, CancellationToken cancellationToken = default)
    {
        foreach (ref readonly var entry in entries.Span)
        {
            if (entry.Key is null)
            {
                throw new ArgumentException("An entry is a default value. Make each with its constructor.", nameof(entries));
            }
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        foreach (ref readonly var entry in entries.Span)
        {
            Set(entry);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryAddAsync(
        string key, ReadOnlySequence<byte> value, CacheEntryOptions options, CancellationToken cancellationToken = default)
    {
        var entry = new CacheEntry(key, value, options);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<bool>(cancellationToken)
            : new(TryAdd(entry));
    }

    /// <inheritdoc/>
    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(key);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        var removed = _store.Remove(key);
        Announce(key);
        return new(removed is not null && removed.IsReadable(_clock.Now));
    }

    private long Find(ReadOnlySpan<string> keys, CacheReadOptions options, StoredValue?[] found, Span<CacheReadResult> results)
    {
        var bytes = 0L;
        for (var i = 0; i < keys.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(keys[i], nameof(keys));
            if (!_store.TryGet(keys[i], out var value))
            {
                StoredName.ThrowIfInvalid(keys[i], nameof(keys));
                (found[i], results[i]) = (null, CacheReadResult.Missing);
                continue;
            }

            results[i] = value.Read(_clock, options);
            found[i] = results[i].IsFound ? value : null;
            bytes += results[i].Length;
        }

        return bytes;
    }

    // At one go, so that a destination which has no room for all gets nothing.
    private static void Write(ReadOnlySpan<StoredValue?> found, int bytes, IBufferWriter<byte> destination)
    {
        if (bytes == 0)
        {
            return;
        }

        var rest = destination.GetSpan(bytes);
        foreach (var value in found)
        {
            if (value is not null)
            {
                value.Value.CopyTo(rest);
                rest = rest[value.Value.Length..];
            }
        }

        destination.Advance(bytes);
    }

    private void Set(in CacheEntry entry)
    {
        // No reader would get a value that is out of date already, and what stands under the key may still be good.
        if (_tags.AreCurrent(entry.Options.Tags))
        {
            _store.Set(new StoredValue(entry, _tags, _clock.Now));
        }

        if (entry.Options.AnnounceChange)
        {
            Announce(entry.Key);
        }
    }

    private bool TryAdd(in CacheEntry entry)
    {
        var added = new StoredValue(entry, _tags, _clock.Now);
        while (true)
        {
            if (_store.TryGet(entry.Key, out var standing))
            {
                if (standing.IsReadable(_clock.Now))
                {
                    return false;
                }

                if (_store.TryReplace(standing, added))
                {
                    break;
                }
            }
            else if (_store.TryAdd(added))
            {
                break;
            }
        }

        if (entry.Options.AnnounceChange)
        {
            Announce(entry.Key);
        }

        return true;
    }

    private void Announce(string key)
    {
        if (_feed.IsHeard)
        {
            _feed.Publish(CacheInvalidation.ForKey(key, isLocal: true));
        }
    }
}
