using System.Buffers;
using System.Collections.Concurrent;
using Pipeline.Backends;

namespace Pipeline.Caching;

internal sealed partial class DistributedCacheBackend
{
    public ValueTask GetManyAsync(
        ReadOnlyMemory<string> keys,
        IBufferWriter<byte> destination,
        Memory<CacheReadResult> results,
        CacheReadOptions options = CacheReadOptions.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        foreach (var key in keys.Span)
        {
            StoredName.ThrowIfInvalid(key, nameof(keys));
        }

        if (results.Length < keys.Length)
        {
            throw new ArgumentException($"There is room for {results.Length} results of {keys.Length} keys. Give one for each key.", nameof(results));
        }

        cancellationToken.ThrowIfCancellationRequested();
        return GetAllAsync(keys, destination, results, options, cancellationToken);
    }

    public ValueTask SetManyAsync(ReadOnlyMemory<CacheEntry> entries, CancellationToken cancellationToken = default)
    {
        var last = new Dictionary<string, CacheEntry>(StringComparer.Ordinal);
        foreach (ref readonly var entry in entries.Span)
        {
            if (entry.Key is null)
            {
                throw new ArgumentException("An entry is a default value without a key. Make each with its constructor.", nameof(entries));
            }

            last[entry.Key] = entry;
        }

        cancellationToken.ThrowIfCancellationRequested();
        return new(Task.WhenAll(last.Values.Select(entry => StoreAsync(entry, cancellationToken).AsTask())));
    }

    private async ValueTask GetAllAsync(
        ReadOnlyMemory<string> keys,
        IBufferWriter<byte> destination,
        Memory<CacheReadResult> results,
        CacheReadOptions options,
        CancellationToken cancellationToken)
    {
        // A tag that several entries carry is read once.
        var known = new ConcurrentDictionary<string, Task<long?>>(StringComparer.Ordinal);
        var buffers = new PooledBuffer[keys.Length];
        var reads = new Task<CacheReadResult>[keys.Length];
        for (var i = 0; i < reads.Length; i++)
        {
            buffers[i] = new();
            reads[i] = ReadAsync(keys.Span[i], buffers[i], options, isUse: true, known, cancellationToken).AsTask();
        }

        var found = await Task.WhenAll(reads).ConfigureAwait(false);
        for (var i = 0; i < found.Length; i++)
        {
            destination.Write(ValueOf(found[i], buffers[i]));
            results.Span[i] = found[i];
            buffers[i].Dispose();
        }
    }
}
