using System.Buffers;
using System.Security.Cryptography;
using Pipeline.Backends;

namespace Pipeline.Caching;

internal sealed partial class PostgresCacheBackend
{
    private const string SetOperation = "cache set";

    // A statement's parameter takes a gigabyte; and what is sent stands in memory, here and on the server.
    private const long MostBytesOfStatement = 128 * 1024 * 1024;

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, CacheEntryOptions options, CancellationToken cancellationToken = default) =>
        SetManyCoreAsync(new[] { new CacheEntry(key, value, options) }, cancellationToken);

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
        return _connection.QueryAsync(
            "cache remove",
            _connection.Sql["Caching/remove.sql"],
            (key, _feed.Channel, Notice: PostgresCacheNotice.ForKey(_feed.Sender, key)),
            static (parameters, call) => parameters.Text(call.key).Text(call.Channel).Text(call.Notice),
            static async (reader, _, deadline) => await reader.ReadAsync(deadline).ConfigureAwait(false) && reader.GetBoolean(0),
            cancellationToken);
    }

    private async ValueTask SetManyCoreAsync(ReadOnlyMemory<CacheEntry> entries, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Of several with one key the last stands. In order of the keys, so that no two calls wait for each other.
        var latest = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < entries.Length; i++)
        {
            latest[entries.Span[i].Key] = i;
        }

        var batch = new List<EncodedEntry>(latest.Count);
        var notices = new List<string>();
        var bytes = 0L;
        foreach (var (key, index) in latest)
        {
            var entry = Encode(entries.Span[index]);
            if (bytes > 0 && bytes + entry.Bytes.Length > MostBytesOfStatement)
            {
                await StoreAsync(batch, notices, cancellationToken).ConfigureAwait(false);
                (batch, notices, bytes) = ([], [], 0);
            }

            batch.Add(entry);
            bytes += entry.Bytes.Length;
            if (entries.Span[index].Options.AnnounceChange)
            {
                notices.Add(PostgresCacheNotice.ForKey(_feed.Sender, key));
            }
        }

        if (batch.Count > 0)
        {
            await StoreAsync(batch, notices, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask StoreAsync(List<EncodedEntry> entries, List<string> notices, CancellationToken cancellationToken) =>
        await _connection.ExecuteAsync(
            SetOperation,
            _connection.Sql["Caching/set.sql"],
            (entries, notices, _feed.Channel, Sweep: _sweep.Next(entries.Count)),
            static (parameters, call) => parameters
                .Texts([.. call.entries.Select(static entry => entry.Key)])
                .Longs([.. call.entries.Select(static entry => entry.KeepFor)])
                .Longs([.. call.entries.Select(static entry => entry.SlidingWindow)])
                .Longs([.. call.entries.Select(static entry => entry.StaleFor)])
                .Longs([.. call.entries.Select(static entry => entry.FreshFor)])
                .ManyBytes([.. call.entries.Select(static entry => entry.Bytes)])
                .Text(call.Channel)
                .Texts([.. call.notices])
                .Double(call.Sweep.Place)
                .Int(call.Sweep.Pages),
            cancellationToken).ConfigureAwait(false);

    private async ValueTask<bool> AddAsync(CacheEntry entry, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var encoded = Encode(entry);
        var notice = entry.Options.AnnounceChange ? PostgresCacheNotice.ForKey(_feed.Sender, entry.Key) : null;
        byte[]? replaceable = null;
        while (true)
        {
            var (isStored, standing) = await TryStoreAsync(encoded, notice, replaceable, cancellationToken).ConfigureAwait(false);
            if (isStored)
            {
                return true;
            }

            // What came or went while the statement ran is seen by the next one.
            if (standing is not null)
            {
                if (await StandsAsync(standing, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }

                replaceable = SHA256.HashData(standing);
            }
        }
    }

    private ValueTask<(bool IsStored, byte[]? Standing)> TryStoreAsync(
        EncodedEntry entry, string? notice, byte[]? replaceable, CancellationToken cancellationToken) => _connection.QueryAsync(
            "cache add",
            _connection.Sql["Caching/add.sql"],
            (entry, notice, replaceable, _feed.Channel, Sweep: _sweep.Next()),
            static (parameters, call) => parameters
                .Text(call.entry.Key)
                .Long(call.entry.KeepFor)
                .Long(call.entry.SlidingWindow)
                .Long(call.entry.StaleFor)
                .Long(call.entry.FreshFor)
                .Bytes(call.entry.Bytes)
                .Text(call.Channel)
                .Text(call.notice)
                .Double(call.Sweep.Place)
                .Int(call.Sweep.Pages)
                .BytesOrNull(call.replaceable),
            static async (reader, _, deadline) =>
            {
                await reader.ReadAsync(deadline).ConfigureAwait(false);
                return (reader.GetBoolean(0), await reader.IsDBNullAsync(1, deadline).ConfigureAwait(false) ? null : reader.GetFieldValue<byte[]>(1));
            },
            cancellationToken);

    private EncodedEntry Encode(in CacheEntry entry)
    {
        _sliding.Set(entry.Key, entry.Options.SlidingWindow is not null);
        return EncodedEntry.Of(entry);
    }

    /// <summary>Whether a reader who allows stale would get what the server keeps.</summary>
    private ValueTask<bool> StandsAsync(byte[] standing, CancellationToken cancellationToken) => CacheEnvelope.TryRead(standing, out var envelope, out _)
        ? _counters.AreCurrentAsync(envelope.Tags, requireFresh: false, cancellationToken)
        : new(false);
}
