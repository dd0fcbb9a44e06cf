using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <summary>
/// A <see cref="HybridCache"/> with a level in this process above any <see cref="ICacheBackend"/>: one run of the factory for any number of
/// callers, stale values for when it fails, and invalidation across processes.
/// </summary>
/// <remarks>
/// <para><b>Sharing.</b> Callers who ask for a key at the same time, as the same type and with the same flags, share one run of the factory, and
/// one process of a fleet runs it where the backend has <see cref="ICacheFillLeases"/>. A caller who cancels leaves the others alone; when all
/// have gone, the factory's token is cancelled. If the factory throws, all who wait get the exception, or a stale value
/// (<see cref="CacheEntryPreset.StaleFor"/>), and nothing is stored. The run has the ambient context of the caller who came first. A factory that
/// asks for the key it is to make gets an <see cref="InvalidOperationException"/>; two factories that ask for each other's keys wait until a
/// <see cref="CacheEntryPreset.HardTimeout"/> ends it.</para>
/// <para><b>Values.</b> Strings, values without references, and sealed types that say <c>[ImmutableObject(true)]</c> are kept and handed out as
/// they are. Of all others each caller gets a copy of its own; only where a value cannot be serialised, its callers share the
/// object. Null is a value like any other. A value larger than <see cref="TieredCacheOptions.MaxValueBytes"/>, or whose serializer throws, is
/// returned and not stored. A stored value that cannot be read is a miss.</para>
/// <para><b>Invalidation.</b> A value whose making had begun before an invalidation is not served to who asks after it: at once in this process,
/// and in others within the delay of the backend's feed. While the feed is interrupted, copies are served for
/// <see cref="TieredCacheOptions.UnconfirmedFor"/>; after a gap they are confirmed by the backend. Without a feed they are served for
/// <see cref="CacheEntryPreset.LocalFor"/>. Every entry has the tag <c>*</c>, so <c>RemoveByTagAsync("*")</c> invalidates all. To set or remove
/// by key is ordered against what this process is making; a value that another process is making meanwhile can still be stored in the backend until
/// that process hears of it. Where that matters, invalidate a tag.</para>
/// <para><b>Outage.</b> A backend that fails is never the failure of a caller who asks for a value. To set, to remove and to invalidate throw
/// <see cref="BackendUnavailableException"/> then, after this process has done its own part; repeat the call.</para>
/// <para>Thread safe. Disposing of it ends its subscription to the backend's feed.</para>
/// </remarks>
public sealed partial class TieredCache : HybridCache, IDisposable, IAsyncDisposable
{
    private readonly CacheCore _core;
    private readonly BoundedStore<LocalEntry> _local;
    private readonly KnownTags _tags;
    private readonly CacheClock _clock;
    private readonly CacheMetrics _metrics;
    private readonly CachePolicy _default;
    private readonly CacheEntryPreset _defaultPreset;
    private readonly Dictionary<string, CachePolicy> _policies = new(StringComparer.Ordinal);

    /// <param name="backend">The backend. It stays its owner's.</param>
    /// <param name="isBackendLocal">Whether the backend is the in-memory one of this process: then values are kept once, by the cache.</param>
    /// <param name="options">How the cache works.</param>
    /// <param name="serializers">Finds how values are stored.</param>
    /// <param name="metrics">The instruments.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">The log.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is out of range.</exception>
    internal TieredCache(
        ICacheBackend backend,
        bool isBackendLocal,
        TieredCacheOptions options,
        CacheSerializers serializers,
        CacheMetrics metrics,
        TimeProvider time,
        ILogger<TieredCache> log)
    {
        new TieredCacheOptionsValidator().ThrowIfInvalid("", options);
        _defaultPreset = options.Default with { };
        _default = CachePolicy.Of(_defaultPreset);
        foreach (var (name, preset) in options.Presets)
        {
            _policies.Add(name, CachePolicy.Of(preset, name));
        }

        _core = new CacheCore(backend, isBackendLocal, options, serializers, metrics, time, log);
        _local = _core.Local;
        _tags = _core.Tags;
        _clock = _core.Clock;
        _metrics = metrics;
    }

    internal CacheCore Core => _core;

    /// <summary>A copy of the default preset.</summary>
    internal CacheEntryPreset DefaultPreset => _defaultPreset with { };

    /// <summary>This cache with another preset as its default.</summary>
    /// <param name="name">The preset's name.</param>
    /// <returns>A cache over the same entries and the same runs of factories.</returns>
    /// <exception cref="ArgumentException">There is no preset of that name; the message lists those that there are.</exception>
    public HybridCache WithPreset(string name) => new PresetCache(this, PolicyOf(name));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><paramref name="key"/> or one of <paramref name="tags"/> is no name that can be stored.</exception>
    /// <exception cref="CacheFillTimeoutException">The value was not made within the entry's <see cref="CacheEntryPreset.HardTimeout"/>.</exception>
    public override ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default) =>
        GetAsync(_default, key, state, factory, options, tags, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>A hit allocates nothing, so that an interpolated key costs no string.</remarks>
    /// <exception cref="ArgumentException"><paramref name="key"/> or one of <paramref name="tags"/> is no name that can be stored.</exception>
    /// <exception cref="CacheFillTimeoutException">The value was not made within the entry's <see cref="CacheEntryPreset.HardTimeout"/>.</exception>
    public override ValueTask<T> GetOrCreateAsync<TState, T>(
        ReadOnlySpan<char> key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default) =>
        GetAsync(_default, key, state, factory, options, tags, cancellationToken);

    /// <summary>Ends the subscription to the backend's feed. Copies in this process are served for a bounded time from then on.</summary>
    public void Dispose() => _core.Dispose();

    /// <inheritdoc cref="Dispose"/>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    internal CachePolicy PolicyOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _policies.TryGetValue(name, out var policy)
            ? policy
            : throw new ArgumentException(
                $"There is no cache preset '{name}'. There are: {string.Join(", ", _policies.Keys.Order(StringComparer.Ordinal))}. Declare it with AddCachePreset.",
                nameof(name));
    }

    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is out of range.</exception>
    internal static CachePolicy PolicyOf(CacheEntryPreset preset) => CachePolicy.Of(preset);

    internal ValueTask<T> GetAsync<TState, T>(
        CachePolicy policy,
        string key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var flags = options?.Flags ?? HybridCacheEntryFlags.None;
        return ReadsLocal(flags) && !cancellationToken.IsCancellationRequested && _local.TryGet(key, out var entry) && TryServe<T>(entry, out var value)
            ? new(value)
            : GetSlowlyAsync(key, state, factory, policy.For(options), tags, flags, cancellationToken);
    }

    internal ValueTask<T> GetAsync<TState, T>(
        CachePolicy policy,
        ReadOnlySpan<char> key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken)
    {
        var flags = options?.Flags ?? HybridCacheEntryFlags.None;
        return ReadsLocal(flags) && !cancellationToken.IsCancellationRequested && _local.TryGet(key, out var entry) && TryServe<T>(entry, out var value)
            ? new(value)
            : GetSlowlyAsync(key.ToString(), state, factory, policy.For(options), tags, flags, cancellationToken);
    }

    /// <summary>Gets or makes a value, and says which of the two, and what it took to make it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="state">What the factory works on.</param>
    /// <param name="factory">
    /// Makes the value, and may say in <see cref="KeyWork.Origin"/> what that took. One of all who ask at the same time has its own called.
    /// </param>
    /// <param name="policy">How long the entry lives.</param>
    /// <param name="tags">What invalidates it.</param>
    /// <param name="flags">What may be read and written.</param>
    /// <param name="keep">Whether a value that was made may be stored; <see langword="null"/> where all may.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    internal ValueTask<CacheAnswer<T>> AskAsync<TState, T>(
        string key,
        TState state,
        Func<TState, KeyWork, CancellationToken, ValueTask<T>> factory,
        CachePolicy policy,
        IEnumerable<string>? tags,
        HybridCacheEntryFlags flags,
        Func<T, bool>? keep,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return ReadsLocal(flags) && !cancellationToken.IsCancellationRequested && _local.TryGet(key, out var entry) && TryServe<T>(entry, out var value)
            ? new(new CacheAnswer<T>(value, CacheOutcome.Hit, entry.Origin))
            : AskSlowlyAsync(key, state, factory, policy, tags, flags, keep, cancellationToken);
    }

    private static bool ReadsLocal(HybridCacheEntryFlags flags) => (flags & HybridCacheEntryFlags.DisableLocalCacheRead) == HybridCacheEntryFlags.None;

    // The whole of a hit: one look-up, one comparison for all tags, one reading of the clock.
    private bool TryServe<T>(LocalEntry entry, [MaybeNullWhen(false)] out T value)
    {
        if (entry.JudgedAt == _tags.Version && _clock.Now < entry.QuietUntil && entry is ValueEntry<T> kept)
        {
            _metrics.CountRequest(CacheOutcome.Hit);
            value = kept.Value;
            return true;
        }

        return TryServeJudged(entry, out value);
    }

    private bool TryServeJudged<T>(LocalEntry entry, [MaybeNullWhen(false)] out T value)
    {
        if (_core.Judge(entry, _clock.Now) != EntryStanding.Fresh || !_core.TryRead(entry, out value))
        {
            value = default;
            return false;
        }

        _metrics.CountRequest(CacheOutcome.Hit);
        return true;
    }
}
