using System.Buffers;
using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.Caching;

internal sealed partial class RedisCacheBackend
{
    public ValueTask GetManyAsync(
        ReadOnlyMemory<string> keys,
        IBufferWriter<byte> destination,
        Memory<CacheReadResult> results,
        CacheReadOptions options = CacheReadOptions.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (results.Length < keys.Length)
        {
            throw new ArgumentException(
                $"There is room for {results.Length} results and there are {keys.Length} keys. Give at least as much room.", nameof(results));
        }

        foreach (var key in keys.Span)
        {
            StoredName.ThrowIfInvalid(key, nameof(keys));
        }

        return GetManyCoreAsync(keys, destination, results, options, cancellationToken);
    }

    private async ValueTask GetManyCoreAsync(
        ReadOnlyMemory<string> keys, IBufferWriter<byte> destination, Memory<CacheReadResult> results, CacheReadOptions options, CancellationToken cancellationToken)
    {
        await _clock.EnsureAsync(cancellationToken).ConfigureAwait(false);
        if (keys.IsEmpty)
        {
            return;
        }

        var isCluster = (await _connection.GetSessionAsync(GetOperation, cancellationToken).ConfigureAwait(false)).IsCluster;
        var stored = new StoredEntry[keys.Length];
        var (plain, sliding) = Divide(keys.Span);
        await Task.WhenAll(
            GetPlainAsync(keys, plain, stored, isCluster, cancellationToken),
            SlideAsync(keys, sliding, stored, isCluster, cancellationToken)).ConfigureAwait(false);
        await SlideAsync(keys, plain.FindAll(i => stored[i].IsSliding), stored, isCluster, cancellationToken).ConfigureAwait(false);

        var found = await JudgeAsync(stored, options, cancellationToken).ConfigureAwait(false);
        var bytes = found.Sum(static result => (long)result.Length);
        if (bytes > Array.MaxLength)
        {
            throw new ArgumentException(
                $"The values are {bytes} bytes long together, which is more than a buffer takes. Ask for fewer keys at once.", nameof(keys));
        }

        Write(stored, found, (int)bytes, destination);
        found.CopyTo(results);
    }

    private (List<int> Plain, List<int> Sliding) Divide(ReadOnlySpan<string> keys)
    {
        var plain = new List<int>(keys.Length);
        var sliding = new List<int>();
        for (var i = 0; i < keys.Length; i++)
        {
            (_sliding.Contains(keys[i]) ? sliding : plain).Add(i);
        }

        return (plain, sliding);
    }

    private async Task GetPlainAsync(
        ReadOnlyMemory<string> keys, List<int> indices, StoredEntry[] stored, bool isCluster, CancellationToken cancellationToken)
    {
        if (indices.Count == 0)
        {
            return;
        }

        var wanted = KeysOf(keys.Span, indices);
        RedisValue[] values;
        if (isCluster)
        {
            // A command for each: one for several of a slot would fail while the slot is moved.
            values = [.. (await _connection.CallAsync(
                GetOperation,
                wanted,
                static (session, keys) => Task.WhenAll(keys.Select(key => session.Database.StringGetAsync([key], RedisConnection.Flags))),
                cancellationToken).ConfigureAwait(false)).SelectMany(static one => one)];
        }
        else
        {
            values = await _connection.CallAsync(
                GetOperation, wanted, static (session, keys) => session.Database.StringGetAsync(keys, RedisConnection.Flags), cancellationToken).ConfigureAwait(false);
        }

        var now = _clock.Now;
        for (var i = 0; i < indices.Count; i++)
        {
            stored[indices[i]] = StoredEntry.Read(values[i], StoredEntry.NotAsked, now);
        }
    }

    private async Task SlideAsync(
        ReadOnlyMemory<string> keys, List<int> indices, StoredEntry[] stored, bool isCluster, CancellationToken cancellationToken)
    {
        if (isCluster)
        {
            await Task.WhenAll(indices.Select(async i => stored[i] = await SlideAsync(keys.Span[i], cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);
        }
        else if (indices.Count > 0)
        {
            var reply = await SlideAsync(KeysOf(keys.Span, indices), cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < indices.Count; i++)
            {
                stored[indices[i]] = ReadSlid(keys.Span[indices[i]], reply, i);
            }
        }
    }

    /// <summary>Withholds what is stale or outdated. All tags that the process cannot judge are read together.</summary>
    private async ValueTask<CacheReadResult[]> JudgeAsync(StoredEntry[] stored, CacheReadOptions options, CancellationToken cancellationToken)
    {
        var results = new CacheReadResult[stored.Length];
        HashSet<string>? unknown = null;
        var verdicts = new TagVerdict[stored.Length];
        for (var i = 0; i < stored.Length; i++)
        {
            results[i] = Allows(options, stored[i].Result) ? stored[i].Result : CacheReadResult.Missing;
            verdicts[i] = results[i].IsFound ? _counters.JudgeKnown(results[i].Tags, RequiresFreshTags(options)) : TagVerdict.Current;
            if (verdicts[i] == TagVerdict.Unknown)
            {
                (unknown ??= new(StringComparer.Ordinal)).UnionWith(results[i].Tags.Select<TagGeneration, string>(static tag => tag.Tag));
            }
        }

        var generations = unknown is null ? null : await _counters.AskAsync([.. unknown], cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < results.Length; i++)
        {
            var isCurrent = verdicts[i] == TagVerdict.Unknown ? RedisTagCounters.AreCurrent(results[i].Tags, generations!) : verdicts[i] == TagVerdict.Current;
            results[i] = isCurrent ? results[i] : CacheReadResult.Missing;
        }

        return results;
    }

    // At one go, so that a destination which has no room for all gets nothing.
    private static void Write(StoredEntry[] stored, CacheReadResult[] results, int bytes, IBufferWriter<byte> destination)
    {
        if (bytes == 0)
        {
            return;
        }

        var rest = destination.GetSpan(bytes);
        for (var i = 0; i < stored.Length; i++)
        {
            if (results[i].IsFound)
            {
                stored[i].Value.CopyTo(rest);
                rest = rest[results[i].Length..];
            }
        }

        destination.Advance(bytes);
    }

    private RedisKey[] KeysOf(ReadOnlySpan<string> keys, List<int> indices)
    {
        var wanted = new RedisKey[indices.Count];
        for (var i = 0; i < wanted.Length; i++)
        {
            wanted[i] = KeyOf(keys[indices[i]]);
        }

        return wanted;
    }
}
