using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <content>To set, to remove and to invalidate, and values that are made outside of the cache.</content>
public sealed partial class TieredCache
{
    /// <inheritdoc/>
    /// <remarks>
    /// Other processes are told to drop their copies. Calls for one key take turns. A value that is larger than
    /// <see cref="TieredCacheOptions.MaxValueBytes"/> only removes what stood there. What the serializer throws comes to the caller, and what
    /// stood there stays.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="key"/> or one of <paramref name="tags"/> is no name that can be stored.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. This process has the new value; the backend may have either.</exception>
    public override ValueTask SetAsync<T>(
        string key,
        T value,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default) =>
        SetAsync(_default, key, value, options, tags, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><paramref name="key"/> is no name that can be stored.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. This process has removed the entry; the backend may have.</exception>
    public override ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(key);
        cancellationToken.ThrowIfCancellationRequested();
        return _core.Writer.RemoveAsync(key, cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>All calls to the backend are sent together.</remarks>
    /// <exception cref="ArgumentException">One of <paramref name="keys"/> is no name that can be stored. Nothing was removed.</exception>
    /// <exception cref="BackendUnavailableException">
    /// The backend did not answer for one of them at least. This process has removed all.
    /// </exception>
    public override ValueTask RemoveAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default) =>
        ForEachAsync(keys, nameof(keys), static (core, key, token) => core.Writer.RemoveAsync(key, token), cancellationToken);

    /// <inheritdoc/>
    /// <remarks><c>*</c> invalidates every entry.</remarks>
    /// <exception cref="ArgumentException"><paramref name="tag"/> is no name that can be stored.</exception>
    /// <exception cref="BackendUnavailableException">
    /// The backend did not answer. This process has invalidated its own copies; the backend may have.
    /// </exception>
    public override ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(tag);
        cancellationToken.ThrowIfCancellationRequested();
        return _core.Writer.InvalidateAsync(tag, cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>All calls to the backend are sent together.</remarks>
    /// <exception cref="ArgumentException">One of <paramref name="tags"/> is no name that can be stored. Nothing was invalidated.</exception>
    /// <exception cref="BackendUnavailableException">
    /// The backend did not answer for one of them at least. This process has invalidated its own copies.
    /// </exception>
    public override ValueTask RemoveByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default) =>
        ForEachAsync(tags, nameof(tags), static (core, tag, token) => core.Writer.InvalidateAsync(tag, token), cancellationToken);

    internal ValueTask SetAsync<T>(
        CachePolicy policy,
        string key,
        T value,
        HybridCacheEntryOptions? options,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken)
    {
        StoredName.ThrowIfInvalid(key);
        var entryTags = EntryTags.Of(tags);
        cancellationToken.ThrowIfCancellationRequested();
        var flags = _core.Effective(options?.Flags ?? HybridCacheEntryFlags.None);
        return _core.Writer.SetAsync(key, value, entryTags, policy.For(options), flags, cancellationToken);
    }

    /// <summary>
    /// Notes, before a value is made by other means, what would make it out of date: reads the generations of its tags, and watches for
    /// changes of its key.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="tags">What invalidates the entry.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What <see cref="StoreAsync"/> takes; to be disposed of, whether the value is stored or not.</returns>
    internal async ValueTask<CacheFill> BeginFillAsync(string key, IEnumerable<string>? tags, CancellationToken cancellationToken)
    {
        StoredName.ThrowIfInvalid(key);
        var fill = _core.Flights.BeginFill(key, EntryTags.Of(tags));
        try
        {
            await _core.Writer.ReadGenerationsAsync(fill, cancellationToken).ConfigureAwait(false);
            return fill;
        }
        catch
        {
            fill.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Stores a value, unless its entry has been removed, replaced or invalidated since <see cref="BeginFillAsync"/>. A backend or
    /// serializer that fails is not the caller's failure.
    /// </summary>
    /// <param name="fill">What <see cref="BeginFillAsync"/> returned. It is spent after this.</param>
    /// <param name="value">The value.</param>
    /// <param name="policy">How long the entry lives.</param>
    /// <param name="cancellationToken">Cancels the call before it has begun; from then on it is bounded by the backend's deadline.</param>
    internal async ValueTask StoreAsync<T>(CacheFill fill, T value, CachePolicy policy, CancellationToken cancellationToken)
    {
        using (fill)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await _core.Writer.FillAsync(fill, value, isKept: true, policy, _core.Effective(HybridCacheEntryFlags.None)).ConfigureAwait(false);
        }
    }

    private async ValueTask ForEachAsync(
        IEnumerable<string>? names,
        string argument,
        Func<CacheCore, string, CancellationToken, ValueTask> act,
        CancellationToken cancellationToken)
    {
        string[] all = names is null ? [] : [.. names];
        foreach (var name in all)
        {
            StoredName.ThrowIfInvalid(name, argument);
        }

        cancellationToken.ThrowIfCancellationRequested();
        await Task.WhenAll(all.Select(name => act(_core, name, cancellationToken).AsTask())).ConfigureAwait(false);
    }
}
