using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>The generations of tags, kept as entries of a distributed cache and read anew for each call.</summary>
internal sealed class DistributedTags(DistributedNumbers numbers, DistributedKeys keys, TimeProvider time)
{
    // Every read of an entry with the tag puts it off, so that the counters of tags that nobody uses any more do not stay for good.
    private static readonly DistributedCacheEntryOptions Lifetime = new() { SlidingExpiration = TimeSpan.FromDays(30) };

    private readonly KeyLocks _locks = new();
    private long _lastIssued;

    /// <summary>Reads the generations of tags. One that has none gets one.</summary>
    public async ValueTask<TagGenerations> ReadAsync(string[] tags, CancellationToken cancellationToken)
    {
        var reads = Array.ConvertAll(tags, tag => ReadOrBeginAsync(tag, cancellationToken));
        return TagGenerations.Create(await Task.WhenAll(reads).ConfigureAwait(false));
    }

    /// <summary>Answers whether tags still have the generations that an entry carries.</summary>
    /// <param name="tags">The entry's tags.</param>
    /// <param name="known">What was read in this call, for its other entries; <see langword="null"/> if there are none.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public async ValueTask<bool> AreCurrentAsync(
        TagGenerations tags, ConcurrentDictionary<string, Task<long?>>? known, CancellationToken cancellationToken)
    {
        if (tags.Count == 0)
        {
            return true;
        }

        var reads = new Task<long?>[tags.Count];
        for (var i = 0; i < reads.Length; i++)
        {
            reads[i] = known is null
                ? FindAsync(tags[i].Tag, cancellationToken)
                : known.GetOrAdd(tags[i].Tag, tag => FindAsync(tag, cancellationToken));
        }

        var generations = await Task.WhenAll(reads).ConfigureAwait(false);
        for (var i = 0; i < generations.Length; i++)
        {
            if (generations[i] is not { } generation || tags[i].Generation < generation)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Raises the generation of a tag.</summary>
    public async ValueTask InvalidateAsync(string tag, CancellationToken cancellationToken)
    {
        var gate = await _locks.EnterAsync(tag, cancellationToken).ConfigureAwait(false);
        try
        {
            await RaiseAsync(tag, await FindAsync(tag, cancellationToken).ConfigureAwait(false) ?? 0, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    private Task<long?> FindAsync(string tag, CancellationToken cancellationToken) => numbers.ReadAsync(keys.Of(tag), cancellationToken).AsTask();

    private async Task<TagGeneration> ReadOrBeginAsync(string tag, CancellationToken cancellationToken)
    {
        if (await FindAsync(tag, cancellationToken).ConfigureAwait(false) is { } generation)
        {
            return new(tag, generation);
        }

        var gate = await _locks.EnterAsync(tag, cancellationToken).ConfigureAwait(false);
        try
        {
            generation = await FindAsync(tag, cancellationToken).ConfigureAwait(false)
                ?? await RaiseAsync(tag, 0, cancellationToken).ConfigureAwait(false);
            return new(tag, generation);
        }
        finally
        {
            gate.Release();
        }
    }

    private async ValueTask<long> RaiseAsync(string tag, long from, CancellationToken cancellationToken)
    {
        var generation = Issue(from);
        await numbers.WriteAsync(keys.Of(tag), generation, Lifetime, cancellationToken).ConfigureAwait(false);
        return generation;
    }

    // From the clock, so that a counter that was lost begins above all that it ever had; and never twice in this process, should the clock go back.
    private long Issue(long from)
    {
        var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        while (true)
        {
            var last = Interlocked.Read(ref _lastIssued);
            var next = Math.Max(now, Math.Max(from, last) + 1);
            if (Interlocked.CompareExchange(ref _lastIssued, next, last) == last)
            {
                return next;
            }
        }
    }
}
