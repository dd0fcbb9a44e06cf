using System.Buffers;
using Pipeline.Backends;
using Pipeline.Caching;

namespace Pipeline.Conformance.Caching.FaultInjection;

/// <summary>
/// A cache between an application and its backend that lets calls fail before or after they took effect, holds them up, and delays, loses,
/// repeats and reorders the notices of the feed: for tests of how the application takes it.
/// </summary>
/// <param name="inner">The cache that does the work. It is not disposed.</param>
/// <param name="faults">The faults to come.</param>
/// <remarks>Thread safe. Has the abilities that the inner cache has; those beyond the feed and the fill leases are without faults.</remarks>
public sealed class FaultInjectingCacheBackend(ICacheBackend inner, CacheFaults faults) : ICacheBackend
{
    private ICacheInvalidationFeed? _feed;
    private ICacheFillLeases? _leases;

    /// <summary>
    /// Whether this is one of several processes that share the inner cache: only what is changed through this decorator is local to its
    /// feed. Default: <see langword="false"/>, what is local to the inner cache.
    /// </summary>
    public bool IsProcessOfItsOwn { get; init; }

    /// <inheritdoc />
    public TCapability? GetCapability<TCapability>()
        where TCapability : class
    {
        if (typeof(TCapability) == typeof(ICacheInvalidationFeed))
        {
            return FindFeed() as TCapability;
        }

        return typeof(TCapability) == typeof(ICacheFillLeases)
            ? FindLeases() as TCapability
            : this as TCapability ?? inner.GetCapability<TCapability>();
    }

    /// <inheritdoc />
    public async ValueTask<CacheReadResult> TryGetAsync(
        string key, IBufferWriter<byte> destination, CacheReadOptions options = CacheReadOptions.None, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);

        // A read whose answer is lost has written nothing, so the value stands in a buffer until then.
        var buffer = new ArrayBufferWriter<byte>();
        var result = await faults.RunAsync(CacheCall.Get, () => inner.TryGetAsync(key, buffer, options, cancellationToken), cancellationToken);
        Copy(buffer, destination);
        return result;
    }

    /// <inheritdoc />
    public async ValueTask GetManyAsync(
        ReadOnlyMemory<string> keys,
        IBufferWriter<byte> destination,
        Memory<CacheReadResult> results,
        CacheReadOptions options = CacheReadOptions.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var buffer = new ArrayBufferWriter<byte>();
        var found = new CacheReadResult[results.Length];
        await RunAsync(CacheCall.GetMany, () => inner.GetManyAsync(keys, buffer, found, options, cancellationToken), cancellationToken);
        Copy(buffer, destination);
        found.AsMemory(0, keys.Length).CopyTo(results);
    }

    /// <inheritdoc />
    public ValueTask<TagGenerations> ReadGenerationsAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken = default) =>
        faults.RunAsync(CacheCall.ReadGenerations, () => inner.ReadGenerationsAsync(tags, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, CacheEntryOptions options, CancellationToken cancellationToken = default) =>
        RunAsync(
            CacheCall.Set,
            () => ChangeAsync(() => inner.SetAsync(key, value, options, cancellationToken), options is { AnnounceChange: true } ? [key] : []),
            cancellationToken);

    /// <inheritdoc />
    public ValueTask SetManyAsync(ReadOnlyMemory<CacheEntry> entries, CancellationToken cancellationToken = default)
    {
        string[] announced = [.. entries.ToArray().Where(entry => entry.Options is { AnnounceChange: true }).Select(entry => entry.Key)];
        return RunAsync(
            CacheCall.SetMany, () => ChangeAsync(() => inner.SetManyAsync(entries, cancellationToken), announced), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<bool> TryAddAsync(
        string key, ReadOnlySequence<byte> value, CacheEntryOptions options, CancellationToken cancellationToken = default) =>
        faults.RunAsync(
            CacheCall.TryAdd,
            () => ChangeAsync(
                () => inner.TryAddAsync(key, value, options, cancellationToken),
                isAdded => isAdded,
                CacheInvalidationKind.Key,
                options is { AnnounceChange: true } ? [key] : []),
            cancellationToken);

    /// <inheritdoc />
    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default) =>
        faults.RunAsync(
            CacheCall.Remove,
            () => ChangeAsync(() => inner.RemoveAsync(key, cancellationToken), _ => true, CacheInvalidationKind.Key, [key]),
            cancellationToken);

    /// <inheritdoc />
    public ValueTask InvalidateTagAsync(string tag, CancellationToken cancellationToken = default) =>
        RunAsync(
            CacheCall.InvalidateTag,
            () => ChangeAsync(() => inner.InvalidateTagAsync(tag, cancellationToken), [tag], CacheInvalidationKind.Tag),
            cancellationToken);

    private static void Copy(ArrayBufferWriter<byte> buffer, IBufferWriter<byte> destination)
    {
        if (buffer.WrittenCount > 0)
        {
            destination.Write(buffer.WrittenSpan);
        }
    }

    private ICacheInvalidationFeed? FindFeed() => _feed ??= inner.GetCapability<ICacheInvalidationFeed>() is { } feed
        ? new FaultInjectingInvalidationFeed(feed, faults.Feed, IsProcessOfItsOwn)
        : null;

    private ICacheFillLeases? FindLeases() => _leases ??= inner.GetCapability<ICacheFillLeases>() is { } leases
        ? new FaultInjectingFillLeases(leases, faults)
        : null;

    private async ValueTask RunAsync(CacheCall call, Func<ValueTask> act, CancellationToken cancellationToken) =>
        await faults.RunAsync(
            call,
            async () =>
            {
                await act();
                return true;
            },
            cancellationToken);

    private async ValueTask ChangeAsync(
        Func<ValueTask> change, IReadOnlyList<string> announced, CacheInvalidationKind kind = CacheInvalidationKind.Key) =>
        await ChangeAsync(
            async () =>
            {
                await change();
                return true;
            },
            _ => true,
            kind,
            announced);

    /// <summary>Makes a change whose notices are this process's own, unless it was not made after all.</summary>
    private async ValueTask<T> ChangeAsync<T>(
        Func<ValueTask<T>> change, Predicate<T> isMade, CacheInvalidationKind kind, IReadOnlyList<string> announced)
    {
        Expect(kind, announced, 1);
        var wasMade = false;
        try
        {
            var result = await change();
            wasMade = isMade(result);
            return result;
        }
        finally
        {
            if (!wasMade)
            {
                Expect(kind, announced, -1);
            }
        }
    }

    private void Expect(CacheInvalidationKind kind, IReadOnlyList<string> names, int count)
    {
        if (IsProcessOfItsOwn)
        {
            foreach (var name in names)
            {
                faults.Feed.Expect(kind, name, count);
            }
        }
    }
}
