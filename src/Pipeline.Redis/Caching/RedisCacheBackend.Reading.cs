using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.Caching;

internal sealed partial class RedisCacheBackend
{
    private const string GetOperation = "cache get";

    public ValueTask<CacheReadResult> TryGetAsync(
        string key, IBufferWriter<byte> destination, CacheReadOptions options = CacheReadOptions.None, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        StoredName.ThrowIfInvalid(key);
        var ready = _clock.EnsureAsync(cancellationToken);
        return ready.IsCompletedSuccessfully
            ? GetAsync(key, destination, options, cancellationToken)
            : GetAfterAsync(ready, key, destination, options, cancellationToken);
    }

    private static bool Allows(CacheReadOptions options, CacheReadResult result) =>
        result.Status != CacheReadStatus.Stale || (options & CacheReadOptions.AllowStale) != CacheReadOptions.None;

    private static bool RequiresFreshTags(CacheReadOptions options) => (options & CacheReadOptions.RequireFreshTags) != CacheReadOptions.None;

    private async ValueTask<CacheReadResult> GetAfterAsync(
        ValueTask ready, string key, IBufferWriter<byte> destination, CacheReadOptions options, CancellationToken cancellationToken)
    {
        await ready.ConfigureAwait(false);
        return await GetAsync(key, destination, options, cancellationToken).ConfigureAwait(false);
    }

    // What an asynchronous method keeps while it waits is garbage of every call, so this one keeps little: the rarer ways go on in methods of their own.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CacheReadResult> GetAsync(
        string key, IBufferWriter<byte> destination, CacheReadOptions options, CancellationToken cancellationToken)
    {
        byte[]? bytes = null;
        ExceptionDispatchInfo? refusal = null;
        if (!_sliding.Contains(key))
        {
            try
            {
                bytes = await GetBytesAsync(KeyOf(key), cancellationToken).ConfigureAwait(false);
            }
            catch (BackendRefusedException exception)
            {
                refusal = ExceptionDispatchInfo.Capture(exception);
            }

            if (refusal is null && TryFinish(bytes, destination, options, out var result))
            {
                return result;
            }
        }

        return refusal is null
            ? await FinishAsync(key, bytes, destination, options, cancellationToken).ConfigureAwait(false)
            : await ExplainAsync(key, refusal, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<byte[]?> GetBytesAsync(RedisKey key, CancellationToken cancellationToken)
    {
        // Who can be cancelled must not wait for others; and of a cluster's slot that moves, a node refuses a command that names several keys.
        if (cancellationToken.CanBeCanceled || !_connection.IsSingleNode)
        {
            return GetOneAsync(key, cancellationToken);
        }

        return _getting.RunAsync(key);
    }

    private async ValueTask<byte[]?> GetOneAsync(RedisKey key, CancellationToken cancellationToken) => await _connection.CallAsync(
        GetOperation, key, static (session, key) => session.Database.StringGetAsync(key, RedisConnection.Flags), cancellationToken).ConfigureAwait(false);

    /// <summary>Sends the gets of several callers at once.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<IReadOnlyList<byte[]?>> GetGatheredAsync(IReadOnlyList<RedisKey> keys)
    {
        if (keys.Count == 1)
        {
            return [await GetOneAsync(keys[0], CancellationToken.None).ConfigureAwait(false)];
        }

        var values = await _connection.CallAsync(
            GetOperation, (RedisKey[])keys, static (session, keys) => session.Database.StringGetAsync(keys, RedisConnection.Flags)).ConfigureAwait(false);
        return Array.ConvertAll(values, static value => (byte[]?)value);
    }

    /// <summary>Judges what a plain get brought, and hands it over, if nothing more has to be asked for that.</summary>
    private bool TryFinish(byte[]? bytes, IBufferWriter<byte> destination, CacheReadOptions options, out CacheReadResult result)
    {
        var stored = StoredEntry.Read(bytes, StoredEntry.NotAsked, _clock.Now);
        result = Allows(options, stored.Result) ? stored.Result : CacheReadResult.Missing;
        if (stored.IsSliding)
        {
            return false;
        }

        if (!result.IsFound)
        {
            return true;
        }

        var verdict = _counters.JudgeKnown(result.Tags, RequiresFreshTags(options));
        if (verdict == TagVerdict.Current)
        {
            stored.CopyTo(destination);
        }
        else
        {
            result = CacheReadResult.Missing;
        }

        return verdict != TagVerdict.Unknown;
    }

    /// <summary>Goes on where a sliding entry is to be extended, or the counters of tags are to be asked.</summary>
    private async ValueTask<CacheReadResult> FinishAsync(
        string key, byte[]? bytes, IBufferWriter<byte> destination, CacheReadOptions options, CancellationToken cancellationToken)
    {
        var stored = StoredEntry.Read(bytes, StoredEntry.NotAsked, _clock.Now);
        if (bytes is null || stored.IsSliding)
        {
            stored = await SlideAsync(key, cancellationToken).ConfigureAwait(false);
        }

        var result = stored.Result;
        if (!result.IsFound)
        {
            return result;
        }

        if (!Allows(options, result)
            || !await _counters.AreCurrentAsync(result.Tags, RequiresFreshTags(options), cancellationToken).ConfigureAwait(false))
        {
            return CacheReadResult.Missing;
        }

        stored.CopyTo(destination);
        return result;
    }

    /// <summary>Finds out whether a get was refused because something other than a string stands there.</summary>
    private async ValueTask<CacheReadResult> ExplainAsync(string key, ExceptionDispatchInfo refusal, CancellationToken cancellationToken)
    {
        var type = await _connection.CallAsync(
            GetOperation,
            KeyOf(key),
            static (session, key) => session.Database.KeyTypeAsync(key, RedisConnection.Flags),
            cancellationToken).ConfigureAwait(false);
        if (type is RedisType.None or RedisType.String)
        {
            refusal.Throw();
        }

        return CacheReadResult.Unreadable;
    }

    /// <summary>Reads entries by the script that extends those which slide.</summary>
    private async ValueTask<StoredEntry> SlideAsync(string key, CancellationToken cancellationToken)
    {
        var reply = await SlideAsync([KeyOf(key)], cancellationToken).ConfigureAwait(false);
        return ReadSlid(key, reply, 0);
    }

    private async ValueTask<RedisValue[]> SlideAsync(RedisKey[] keys, CancellationToken cancellationToken)
    {
        var reply = (RedisValue[])await _connection.EvaluateAsync(RedisCacheScripts.Slide, GetOperation, keys, [], cancellationToken).ConfigureAwait(false);
        return reply.Length == 2 * keys.Length ? reply : throw new InvalidOperationException("The script that reads entries replied something else.");
    }

    private StoredEntry ReadSlid(string key, RedisValue[] reply, int index)
    {
        var stored = StoredEntry.Read(reply[2 * index], (long)reply[(2 * index) + 1], _clock.Now);
        if (stored.IsSliding || stored.Result.IsFound)
        {
            _sliding.Set(key, stored.IsSliding);
        }

        return stored;
    }
}
