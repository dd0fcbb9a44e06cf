using System.Buffers;
using Pipeline.Backends;

namespace Pipeline.Caching;

internal sealed partial class PostgresCacheBackend
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
        cancellationToken.ThrowIfCancellationRequested();
        if (keys.IsEmpty)
        {
            return;
        }

        var found = await FindAsync([.. keys.ToArray().Distinct(StringComparer.Ordinal)], cancellationToken).ConfigureAwait(false);
        var stored = new StoredEntry[keys.Length];
        for (var i = 0; i < stored.Length; i++)
        {
            stored[i] = found.GetValueOrDefault(keys.Span[i]);
        }

        var judged = await JudgeAsync(stored, options, cancellationToken).ConfigureAwait(false);
        var bytes = judged.Sum(static result => (long)result.Length);
        if (bytes > Array.MaxLength)
        {
            throw new ArgumentException(
                $"The values are {bytes} bytes long together, which is more than a buffer takes. Ask for fewer keys at once.", nameof(keys));
        }

        Write(stored, judged, (int)bytes, destination);
        judged.CopyTo(results);
    }

    /// <summary>Reads entries at one go; those that turn out to slide once more, to be extended.</summary>
    private async ValueTask<Dictionary<string, StoredEntry>> FindAsync(string[] keys, CancellationToken cancellationToken)
    {
        if (Array.Exists(keys, _sliding.Contains))
        {
            return await SlideAsync(keys, cancellationToken).ConfigureAwait(false);
        }

        var found = await GetSeveralAsync("Caching/get-many.sql", keys, cancellationToken).ConfigureAwait(false);
        string[] sliding = [.. found.Where(static one => one.Value.IsSliding).Select(static one => one.Key)];
        if (sliding.Length > 0)
        {
            var slid = await SlideAsync(sliding, cancellationToken).ConfigureAwait(false);
            foreach (var key in sliding)
            {
                found[key] = slid.GetValueOrDefault(key);
            }
        }

        return found;
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
            var isCurrent = verdicts[i] == TagVerdict.Unknown ? PostgresTagCounters.AreCurrent(results[i].Tags, generations!) : verdicts[i] == TagVerdict.Current;
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
}
