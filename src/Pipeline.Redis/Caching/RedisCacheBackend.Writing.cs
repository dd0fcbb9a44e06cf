using System.Buffers;
using System.Security.Cryptography;
using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.Caching;

internal sealed partial class RedisCacheBackend
{
    private const string SetOperation = "cache set";
    private const string AddOperation = "cache add";

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, CacheEntryOptions options, CancellationToken cancellationToken = default) =>
        SetCoreAsync(new CacheEntry(key, value, options), cancellationToken);

    public ValueTask SetManyAsync(ReadOnlyMemory<CacheEntry> entries, CancellationToken cancellationToken = default)
    {
        foreach (ref readonly var entry in entries.Span)
        {
            if (entry.Key is null)
            {
                throw new ArgumentException("An entry is a default value. Make each with its constructor.", nameof(entries));
            }
        }

        return SetManyCoreAsync(entries, cancellationToken);
    }

    public ValueTask<bool> TryAddAsync(
        string key, ReadOnlySequence<byte> value, CacheEntryOptions options, CancellationToken cancellationToken = default) =>
        AddAsync(new CacheEntry(key, value, options), cancellationToken);

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(key);
        return RemoveCoreAsync(key, cancellationToken);
    }

    private async ValueTask SetCoreAsync(CacheEntry entry, CancellationToken cancellationToken)
    {
        await _clock.EnsureAsync(cancellationToken).ConfigureAwait(false);
        if (entry.Options.AnnounceChange)
        {
            await SetAnnouncedAsync(entry, cancellationToken).ConfigureAwait(false);
            return;
        }

        await _connection.CallAsync(
            SetOperation,
            (Key: KeyOf(entry.Key), Entry: Encode(entry)),
            static (session, call) => SetAsync(session, call.Key, call.Entry),
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask SetManyCoreAsync(ReadOnlyMemory<CacheEntry> entries, CancellationToken cancellationToken)
    {
        await _clock.EnsureAsync(cancellationToken).ConfigureAwait(false);
        if (entries.IsEmpty)
        {
            return;
        }

        // Of several with one key only the last is sent: commands to a cluster, and scripts that are to be loaded, may overtake each other.
        var plain = new Dictionary<string, EncodedEntry>(StringComparer.Ordinal);
        var announced = new Dictionary<string, CacheEntry>(StringComparer.Ordinal);
        for (var i = entries.Length - 1; i >= 0; i--)
        {
            var entry = entries.Span[i];
            if (!plain.ContainsKey(entry.Key) && !announced.ContainsKey(entry.Key))
            {
                if (entry.Options.AnnounceChange)
                {
                    announced.Add(entry.Key, entry);
                }
                else
                {
                    plain.Add(entry.Key, Encode(entry));
                }
            }
        }

        var sets = announced.Values.Select(Task (entry) => SetAnnouncedAsync(entry, cancellationToken));
        if (plain.Count > 0)
        {
            sets = sets.Append(_connection.CallAsync(
                SetOperation,
                plain.Select(entry => (Key: KeyOf(entry.Key), Entry: entry.Value)).ToArray(),
                static (session, entries) => Task.WhenAll(entries.Select(entry => SetAsync(session, entry.Key, entry.Entry))),
                cancellationToken).AsTask());
        }

        await Task.WhenAll(sets).ConfigureAwait(false);
    }

    private async ValueTask<bool> AddAsync(CacheEntry entry, CancellationToken cancellationToken)
    {
        await _clock.EnsureAsync(cancellationToken).ConfigureAwait(false);
        var added = Encode(entry);
        RedisKey[] keys = [KeyOf(entry.Key)];
        RedisValue[] announcement = entry.Options.AnnounceChange ? [_feed.Channel, RedisCacheNotice.ForKey(_feed.Sender, entry.Key)] : [];
        var reply = (RedisResult[])await _connection.EvaluateAsync(
            RedisCacheScripts.Add, AddOperation, keys, [added.Bytes, added.Life, .. announcement], cancellationToken).ConfigureAwait(false);
        while ((int)reply[0] == 0)
        {
            byte[]? standing = reply.Length > 1 ? (byte[])reply[1] : null;
            if (standing is not null && await StandsAsync(standing, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            reply = (RedisResult[])await _connection.EvaluateAsync(
                RedisCacheScripts.Replace, AddOperation, keys, [added.Bytes, added.Life, HashOf(standing), .. announcement], cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async ValueTask<bool> RemoveCoreAsync(string key, CancellationToken cancellationToken) =>
        (long)await _connection.EvaluateAsync(
            RedisCacheScripts.Remove,
            "cache remove",
            [KeyOf(key)],
            [_feed.Channel, RedisCacheNotice.ForKey(_feed.Sender, key)],
            cancellationToken).ConfigureAwait(false) == 1;

    private Task<RedisResult> SetAnnouncedAsync(CacheEntry entry, CancellationToken cancellationToken)
    {
        var encoded = Encode(entry);
        return _connection.EvaluateAsync(
            RedisCacheScripts.Set,
            SetOperation,
            [KeyOf(entry.Key)],
            [encoded.Bytes, encoded.Life, _feed.Channel, RedisCacheNotice.ForKey(_feed.Sender, entry.Key)],
            cancellationToken).AsTask();
    }

    private EncodedEntry Encode(in CacheEntry entry)
    {
        _sliding.Set(entry.Key, entry.Options.SlidingWindow is not null);
        return EncodedEntry.Of(entry, _clock.Now);
    }

    /// <summary>Whether a reader who allows stale would get it.</summary>
    private async ValueTask<bool> StandsAsync(byte[] standing, CancellationToken cancellationToken)
    {
        var result = StoredEntry.Read(standing, StoredEntry.NotAsked, _clock.Now).Result;
        return result.IsFound && await _counters.AreCurrentAsync(result.Tags, requireFresh: false, cancellationToken).ConfigureAwait(false);
    }

    private static Task<bool> SetAsync(RedisSession session, RedisKey key, EncodedEntry entry) =>
        session.Database.StringSetAsync(key, entry.Bytes, TimeSpan.FromMilliseconds(entry.Life), When.Always, RedisConnection.Flags);

#pragma warning disable CA5350 // It tells bytes that were seen from others; Redis has no better hash, and nothing is secured by it.
    private static string HashOf(byte[]? standing) => standing is null ? "" : Convert.ToHexStringLower(SHA1.HashData(standing));
#pragma warning restore CA5350
}
