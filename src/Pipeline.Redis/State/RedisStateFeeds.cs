using Microsoft.Extensions.Logging;
using Pipeline.Backends;

namespace Pipeline.State;

/// <summary>The feeds of a process, one a space that is watched. Thread safe.</summary>
internal sealed class RedisStateFeeds(RedisConnection connection, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RedisStateFeed> _feeds = new(StringComparer.Ordinal);
    private bool _isDisposed;

    /// <summary>Brings the reports of a space to a watch from now on.</summary>
    public RedisStateFeed Join(RedisStateSpace space, StateChangeBuffer watch)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_feeds.TryGetValue(space.Name, out var feed) || feed.Standing.IsFaulted)
            {
                feed = new RedisStateFeed(connection, logger, space, EndIfUnwatched);
                _feeds[space.Name] = feed;
                feed.Begin();
            }

            feed.Join(watch);
            return feed;
        }
    }

    public async ValueTask DisposeAsync()
    {
        RedisStateFeed[] feeds;
        lock (_gate)
        {
            _isDisposed = true;
            feeds = [.. _feeds.Values];
            _feeds.Clear();
        }

        foreach (var feed in feeds)
        {
            await feed.DisposeAsync().ConfigureAwait(false);
        }
    }

    private bool EndIfUnwatched(RedisStateFeed feed)
    {
        lock (_gate)
        {
            if (feed.IsWatched)
            {
                return false;
            }

            if (_feeds.TryGetValue(feed.Space.Name, out var current) && current == feed)
            {
                _feeds.Remove(feed.Space.Name);
            }

            return true;
        }
    }
}
