using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>
/// A cache in the process's memory: the whole contract of <see cref="ICacheBackend"/> for a single process, with nothing to install. What
/// it holds ends with the process.
/// </summary>
/// <remarks>
/// <para>Bounded by entries and by bytes. What makes room is chosen by recency and frequency: S3-FIFO (Yang and others, "FIFO queues are all
/// you need for cache eviction", SOSP 2023), which a scan does not flush. Nothing runs by itself: dead entries are cleared away by later
/// writes.</para>
/// <para>All calls complete at once. A read takes no lock and allocates nothing; writes take turns for a moment.</para>
/// <para>Has the abilities <see cref="ICacheInvalidationFeed"/>, which has no delay beyond the thread pool's and is never interrupted (a
/// handler that falls 10,000 notices behind gets <see cref="CacheInvalidationKind.Resync"/> in their place), and
/// <see cref="ICacheFillLeases"/>, of which at most 100,000 are held.</para>
/// <para>Thread safe. Registered by <c>AddPipeline()</c> as the default; any backend that claims the role takes its place.</para>
/// </remarks>
public sealed partial class InMemoryCacheBackend : ICacheBackend
{
    private const int LeastIdleTags = 10_000;
    private const int GreatestIdleTags = 1_000_000;

    private readonly CacheClock _clock;
    private readonly BoundedStore<StoredValue> _store;
    private readonly TagTable _tags;
    private readonly InMemoryInvalidationFeed _feed;
    private readonly InMemoryFillLeases _leases;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="options">How much it may hold; <see langword="null"/> for the defaults. Copied.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's. Durations are measured by its timestamp.</param>
    /// <param name="logger">Takes what handlers of the feed throw; <see langword="null"/> for none.</param>
    /// <exception cref="OptionsValidationException">A setting is out of range; the message names every one, and the mend.</exception>
    public InMemoryCacheBackend(
        CacheMemoryOptions? options = null, TimeProvider? timeProvider = null, ILogger<InMemoryCacheBackend>? logger = null)
    {
        options ??= new CacheMemoryOptions();
        new CacheMemoryOptionsValidator().ThrowIfInvalid(Options.DefaultName, options);
        _clock = new CacheClock(timeProvider ?? TimeProvider.System);
        _store = new BoundedStore<StoredValue>(options, _clock);

        // From the time, as a server would have it: above every number that an earlier run of the process gave.
        _tags = new TagTable(
            (int)Math.Clamp(options.MaxEntries, LeastIdleTags, GreatestIdleTags),
            Math.Max(1, (_clock.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond));
        _feed = new InMemoryInvalidationFeed(logger ?? NullLogger<InMemoryCacheBackend>.Instance);
        _leases = new InMemoryFillLeases(_clock);
    }

    internal BoundedStore<StoredValue> Store => _store;

    internal TagTable TagTable => _tags;

    /// <inheritdoc/>
    public TCapability? GetCapability<TCapability>()
        where TCapability : class =>
        this as TCapability ?? _feed as TCapability ?? _leases as TCapability;

    /// <inheritdoc/>
    public ValueTask<TagGenerations> ReadGenerationsAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tags);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<TagGenerations>(cancellationToken)
            : new(ReadGenerations(tags));
    }

    /// <inheritdoc/>
    public ValueTask InvalidateTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(tag);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        var generation = _tags.Invalidate(tag);
        if (_feed.IsHeard)
        {
            _feed.Publish(CacheInvalidation.ForTag(new TagGeneration(tag, generation), isLocal: true));
        }

        return ValueTask.CompletedTask;
    }

    private TagGenerations ReadGenerations(IReadOnlyCollection<string> tags)
    {
        var generations = new TagGeneration[Math.Min(tags.Count, TagGenerations.MaxTags)];
        var count = 0;
        foreach (var tag in tags)
        {
            if (IsAmong(generations.AsSpan(0, count), tag))
            {
                continue;
            }

            if (count == TagGenerations.MaxTags)
            {
                throw new ArgumentException($"There are more than {TagGenerations.MaxTags} different tags. Give fewer.", nameof(tags));
            }

            StoredName.ThrowIfInvalid(tag, nameof(tags));
            generations[count++] = new TagGeneration(tag, _tags.Read(tag));
        }

        return TagGenerations.Create(generations.AsSpan(0, count));
    }

    private static bool IsAmong(ReadOnlySpan<TagGeneration> generations, string tag)
    {
        foreach (ref readonly var generation in generations)
        {
            if (string.Equals(generation.Tag, tag, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
