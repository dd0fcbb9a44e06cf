using Microsoft.Extensions.Logging;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>
/// The cache on PostgreSQL: an entry is a row of a table that is not logged, in a <see cref="CacheEnvelope"/>. Tables, statements and what each call costs are in
/// <c>docs/postgres.md</c>. Thread safe.
/// </summary>
internal sealed partial class PostgresCacheBackend : ICacheBackend, IDisposable
{
    private readonly PostgresConnection _connection;
    private readonly PostgresCacheFeed _feed;
    private readonly PostgresTagCounters _counters;
    private readonly PostgresFillLeases _leases;
    private readonly SlidingKeys _sliding = new();
    private readonly PostgresSweep _sweep = new();

    /// <param name="connection">The way to the server. It stays its owner's.</param>
    /// <param name="logger">Takes what handlers of the feed throw.</param>
    public PostgresCacheBackend(PostgresConnection connection, ILogger<PostgresCacheBackend> logger)
    {
        _connection = connection;
        _feed = new PostgresCacheFeed(connection, logger);
        _counters = new PostgresTagCounters(connection, _feed);
        _leases = new PostgresFillLeases(connection);
    }

    /// <summary>Whether the process hears of every invalidation.</summary>
    internal bool IsHearing => _feed.Known is not null;

    public TCapability? GetCapability<TCapability>()
        where TCapability : class =>
        this as TCapability ?? _feed as TCapability ?? _leases as TCapability;

    public ValueTask<TagGenerations> ReadGenerationsAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tags);
        var different = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var tag in tags)
        {
            StoredName.ThrowIfInvalid(tag, nameof(tags));
            if (different.Add(tag) && different.Count > TagGenerations.MaxTags)
            {
                throw new ArgumentException($"There are more than {TagGenerations.MaxTags} different tags. Give fewer.", nameof(tags));
            }
        }

        return _counters.ReadAsync([.. different], cancellationToken);
    }

    public ValueTask InvalidateTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(tag);
        return _counters.InvalidateAsync(tag, cancellationToken);
    }

    /// <summary>Ends listening to the feed. The connection stays.</summary>
    public void Dispose() => _feed.Dispose();
}
