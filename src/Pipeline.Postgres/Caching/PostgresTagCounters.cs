using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>The generations of tags: a counter each on the server, and what the process knows of them. Thread safe.</summary>
internal sealed class PostgresTagCounters(PostgresConnection connection, PostgresCacheFeed feed)
{
    // Longer than an entry is likely to live since its tags were read last. What outlives its counter is invalid, no more.
    private static readonly long Life = PostgresTime.ToMicroseconds(TimeSpan.FromDays(100));

    private readonly PostgresSweep _sweep = new();

    /// <summary>Reads the generations; a tag without a counter gets one.</summary>
    /// <param name="tags">The tags, each once, in order.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async ValueTask<TagGenerations> ReadAsync(string[] tags, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (tags.Length == 0)
        {
            return TagGenerations.None;
        }

        feed.Start();
        var known = feed.Known;
        var page = known?.Current;
        var generations = await connection.QueryAsync(
            "cache generations",
            connection.Sql["Caching/generations.sql"],
            (tags, Sweep: _sweep.Next(tags.Length)),
            static (parameters, call) => parameters.Texts(call.tags).Long(Life).Double(call.Sweep.Place).Int(call.Sweep.Pages),
            static (reader, call, deadline) => ReadAsync(reader, call.tags.Length, deadline),
            cancellationToken).ConfigureAwait(false);
        foreach (var generation in generations)
        {
            known?.Note(page!, generation.Tag, generation.Generation);
        }

        return TagGenerations.Create([.. generations]);
    }

    /// <summary>
    /// Invalidates a tag, and then announces that, together with what others of this process invalidate at the time: a commit that notifies would hold up all the others
    /// until it is on the disk. It is announced before this ends, since nobody would find out what never was.
    /// </summary>
    public async ValueTask InvalidateAsync(string tag, CancellationToken cancellationToken)
    {
        var (generation, announced) = await connection.QueryAsync(
            "cache invalidate",
            connection.Sql["Caching/invalidate.sql"],
            (tag, feed.Sender, connection.Notifications, Sweep: _sweep.Next()),
            static (parameters, call) => parameters
                .Text(call.tag)
                .Long(Life)
                .Double(call.Sweep.Place)
                .Int(call.Sweep.Pages),
            static async (reader, call, deadline) =>
            {
                await reader.ReadAsync(deadline).ConfigureAwait(false);
                var generation = reader.GetInt64(0);

                // Whether or not the caller still waits, and once the server has committed, which it says behind the last row.
                await reader.NextResultAsync(deadline).ConfigureAwait(false);
                return (generation, call.Notifications.NotifyAsync(PostgresTopic.Caching, PostgresCacheNotice.ForTag(call.Sender, generation, call.tag)));
            },
            cancellationToken).ConfigureAwait(false);

        // The notice may come later than this call's caller asks again.
        feed.Known?.Raise(tag, generation);
        await announced.WaitAsync(cancellationToken).ConfigureAwait(false);
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
    public async ValueTask<Dictionary<string, long>> AskAsync(string[] tags, CancellationToken cancellationToken)
    {
        var known = feed.Known;
        var page = known?.Current;
        var counters = await connection.QueryAsync(
            "cache tags",
            connection.Sql["Caching/tags.sql"],
            tags,
            static (parameters, tags) => parameters.Texts(tags),
            static (reader, tags, deadline) => ReadAsync(reader, tags.Length, deadline),
            cancellationToken).ConfigureAwait(false);
        var generations = new Dictionary<string, long>(counters.Count, StringComparer.Ordinal);
        foreach (var counter in counters)
        {
            generations.Add(counter.Tag, counter.Generation);
            known?.Note(page!, counter.Tag, counter.Generation);
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

    private async ValueTask<bool> AskAsync(TagGenerations tags, CancellationToken cancellationToken) =>
        AreCurrent(tags, await AskAsync([.. tags.Select<TagGeneration, string>(static tag => tag.Tag)], cancellationToken).ConfigureAwait(false));

    private static async ValueTask<List<TagGeneration>> ReadAsync(NpgsqlDataReader reader, int count, CancellationToken deadline)
    {
        var generations = new List<TagGeneration>(count);
        while (await reader.ReadAsync(deadline).ConfigureAwait(false))
        {
            generations.Add(new TagGeneration(reader.GetString(0), reader.GetInt64(1)));
        }

        return generations;
    }
}
