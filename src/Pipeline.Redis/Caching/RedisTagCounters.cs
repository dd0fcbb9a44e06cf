using System.Globalization;
using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.Caching;

/// <summary>The generations of tags: a counter each on the server, and what the process knows of them. Thread safe.</summary>
internal sealed class RedisTagCounters(RedisConnection connection, RedisCacheFeed feed)
{
    // Exact in a script's numbers.
    private const long Greatest = 9_007_199_254_740_991;

    // Longer than an entry is likely to live since its tags were read last. What outlives its counter is invalid, no more.
    private static readonly RedisValue Life = (long)TimeSpan.FromDays(100).TotalMilliseconds;

    private readonly string _prefix = connection.Keys.Root + "t:";

    /// <summary>Reads the generations; a tag without a counter gets one.</summary>
    /// <param name="tags">The tags, each once.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async ValueTask<TagGenerations> ReadAsync(IReadOnlyList<string> tags, CancellationToken cancellationToken)
    {
        const string Operation = "cache generations";
        if (tags.Count == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return TagGenerations.None;
        }

        feed.Start();
        var known = feed.Known;
        var page = known?.Current;
        var generations = new TagGeneration[tags.Count];
        if ((await connection.GetSessionAsync(Operation, cancellationToken).ConfigureAwait(false)).IsCluster)
        {
            await Task.WhenAll(Enumerable.Range(0, generations.Length).Select(i => ReadAsync([tags[i]], i))).ConfigureAwait(false);
        }
        else
        {
            await ReadAsync(tags, 0).ConfigureAwait(false);
        }

        return TagGenerations.Create(generations);

        async Task ReadAsync(IReadOnlyList<string> some, int start)
        {
            var reply = (RedisValue[])await connection.EvaluateAsync(
                RedisCacheScripts.Generations, Operation, KeysOf(some), [Life], cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < some.Count; i++)
            {
                generations[start + i] = new TagGeneration(some[i], (long)reply[i]);
                known?.Note(page!, some[i], (long)reply[i]);
            }
        }
    }

    /// <summary>Invalidates a tag.</summary>
    public async ValueTask InvalidateAsync(string tag, CancellationToken cancellationToken)
    {
        var generation = (long)await connection.EvaluateAsync(
            RedisCacheScripts.Invalidate,
            "cache invalidate",
            [_prefix + tag],
            [Life, feed.Channel, RedisCacheNotice.StartForTag(feed.Sender), tag],
            cancellationToken).ConfigureAwait(false);

        // The notice may come later than this call's caller asks again.
        feed.Known?.Raise(tag, generation);
    }

    /// <summary>Judges the tags of an entry that was read: by what the process knows, or else by the server's counters.</summary>
    public ValueTask<bool> AreCurrentAsync(TagGenerations tags, bool requireFresh, CancellationToken cancellationToken)
    {
        var verdict = JudgeKnown(tags, requireFresh);
        return verdict == TagVerdict.Unknown ? AskAsync(tags, cancellationToken) : new(verdict == TagVerdict.Current);
    }

    /// <summary>Judges the tags of an entry by what the process knows.</summary>
    public TagVerdict JudgeKnown(TagGenerations tags, bool requireFresh)
    {
        if (tags.Count == 0)
        {
            return TagVerdict.Current;
        }

        feed.Start();
        var verdict = feed.Known?.Judge(tags) ?? TagVerdict.Unknown;

        // What is known to be outdated stays so.
        return requireFresh && verdict == TagVerdict.Current ? TagVerdict.Unknown : verdict;
    }

    /// <summary>Reads the counters as they stand.</summary>
    /// <param name="tags">The tags, each once.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Their generations; those that have no counter are not among them.</returns>
    public async ValueTask<Dictionary<string, long>> AskAsync(IReadOnlyList<string> tags, CancellationToken cancellationToken)
    {
        const string Operation = "cache tags";
        var known = feed.Known;
        var page = known?.Current;
        var keys = KeysOf(tags);
        var counters = (await connection.GetSessionAsync(Operation, cancellationToken).ConfigureAwait(false)).IsCluster
            ? (await connection.CallAsync(
                Operation,
                keys,
                static (session, keys) => Task.WhenAll(keys.Select(key => session.Database.StringGetAsync([key], RedisConnection.Flags))),
                cancellationToken).ConfigureAwait(false)).SelectMany(static one => one).ToArray()
            : await connection.CallAsync(
                Operation, keys, static (session, keys) => session.Database.StringGetAsync(keys, RedisConnection.Flags), cancellationToken).ConfigureAwait(false);

        var generations = new Dictionary<string, long>(tags.Count, StringComparer.Ordinal);
        for (var i = 0; i < tags.Count; i++)
        {
            if (long.TryParse((string?)counters[i], NumberStyles.None, CultureInfo.InvariantCulture, out var generation) && generation is >= 1 and <= Greatest)
            {
                generations.Add(tags[i], generation);
                known?.Note(page!, tags[i], generation);
            }
        }

        return generations;
    }

    /// <summary>Judges the tags of an entry by generations that were read.</summary>
    public static bool AreCurrent(TagGenerations tags, Dictionary<string, long> generations)
    {
        foreach (ref readonly var tag in tags.AsSpan())
        {
            if (!generations.TryGetValue(tag.Tag, out var generation) || tag.Generation < generation)
            {
                return false;
            }
        }

        return true;
    }

    private async ValueTask<bool> AskAsync(TagGenerations tags, CancellationToken cancellationToken)
    {
        var names = new string[tags.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = tags[i].Tag;
        }

        return AreCurrent(tags, await AskAsync(names, cancellationToken).ConfigureAwait(false));
    }

    private RedisKey[] KeysOf(IReadOnlyList<string> tags)
    {
        var keys = new RedisKey[tags.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = _prefix + tags[i];
        }

        return keys;
    }
}
