using System.Text;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.Caching;

/// <summary>
/// The cache on Redis: an entry is one string in a <see cref="CacheEnvelope"/>, which the server itself drops. Keys, scripts and what each call costs are in
/// <c>docs/redis.md</c>. Thread safe.
/// </summary>
internal sealed partial class RedisCacheBackend : ICacheBackend, IDisposable
{
    /// <summary>How many callers' gets are sent together at most.</summary>
    private const int GetsOfCall = 64;

    private readonly RedisConnection _connection;
    private readonly RedisServerClock _clock;
    private readonly RedisCacheFeed _feed;
    private readonly RedisTagCounters _counters;
    private readonly RedisFillLeases _leases;
    private readonly SlidingKeys _sliding = new();
    private readonly byte[] _prefix;
    private readonly CallCoalescer<RedisKey, byte[]?> _getting;

    /// <param name="connection">The way to the server. It stays its owner's.</param>
    /// <param name="logger">Takes what handlers of the feed throw.</param>
    public RedisCacheBackend(RedisConnection connection, ILogger<RedisCacheBackend> logger)
    {
        _connection = connection;
        _clock = new RedisServerClock(connection);
        _feed = new RedisCacheFeed(connection, _clock, logger);
        _counters = new RedisTagCounters(connection, _feed);
        _leases = new RedisFillLeases(connection);
        _getting = new(GetGatheredAsync, GetsOfCall);
        _prefix = Encoding.UTF8.GetBytes(connection.Keys.Root + "c:");
    }

    /// <summary>Whether the process hears of every invalidation.</summary>
    internal bool IsHearing => _feed.Known is not null;

    public TCapability? GetCapability<TCapability>()
        where TCapability : class =>
        this as TCapability ?? _feed as TCapability ?? _leases as TCapability;

    public ValueTask<TagGenerations> ReadGenerationsAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tags);
        var different = new List<string>(Math.Min(tags.Count, TagGenerations.MaxTags));
        foreach (var tag in tags)
        {
            if (different.Contains(tag, StringComparer.Ordinal))
            {
                continue;
            }

            if (different.Count == TagGenerations.MaxTags)
            {
                throw new ArgumentException($"There are more than {TagGenerations.MaxTags} different tags. Give fewer.", nameof(tags));
            }

            StoredName.ThrowIfInvalid(tag, nameof(tags));
            different.Add(tag);
        }

        return _counters.ReadAsync(different, cancellationToken);
    }

    public ValueTask InvalidateTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(tag);
        return _counters.InvalidateAsync(tag, cancellationToken);
    }

    /// <summary>Ends listening to the feed. The connection stays.</summary>
    public void Dispose() => _feed.Dispose();

    // The client keeps the two parts as they are: no string is made of them.
    private RedisKey KeyOf(string key) => ((RedisKey)key).Prepend(_prefix);
}
