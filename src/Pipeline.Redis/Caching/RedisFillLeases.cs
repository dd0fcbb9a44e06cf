using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.Caching;

/// <summary>The fill leases of the cache on Redis: a key that holds the holder's token and expires.</summary>
internal sealed class RedisFillLeases(RedisConnection connection) : ICacheFillLeases
{
    private const long Taken = -1;

    private readonly string _prefix = connection.Keys.Root + "f:";

    public ValueTask<CacheFillLease> TryTakeAsync(string key, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(key);
        CacheFillLease.ThrowIfOutOfRange(duration);
        return TakeAsync(key, duration, cancellationToken);
    }

    public ValueTask<bool> RenewAsync(CacheFillLease lease, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        ThrowIfNotTaken(lease);
        CacheFillLease.ThrowIfOutOfRange(duration);
        return IsDoneAsync(RedisCacheScripts.Renew, "cache lease renew", lease.Key, [lease.Token.ToByteArray(), Milliseconds(duration)], cancellationToken);
    }

    public ValueTask<bool> ReleaseAsync(CacheFillLease lease, CancellationToken cancellationToken = default)
    {
        ThrowIfNotTaken(lease);
        return IsDoneAsync(RedisCacheScripts.Release, "cache lease release", lease.Key, [lease.Token.ToByteArray()], cancellationToken);
    }

    private static void ThrowIfNotTaken(CacheFillLease lease)
    {
        if (!lease.IsTaken)
        {
            throw new ArgumentException("The lease was not taken. Give one whose IsTaken is true.", nameof(lease));
        }
    }

    private static long Milliseconds(TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMillisecond;

    private async ValueTask<CacheFillLease> TakeAsync(string key, TimeSpan duration, CancellationToken cancellationToken)
    {
        var token = Guid.NewGuid();
        var reply = (long)await connection.EvaluateAsync(
            RedisCacheScripts.Take, "cache lease take", [_prefix + key], [token.ToByteArray(), Milliseconds(duration)], cancellationToken).ConfigureAwait(false);
        return reply == Taken
            ? CacheFillLease.Taken(key, token, duration)
            : CacheFillLease.HeldByAnother(key, TimeSpan.FromMilliseconds(reply));
    }

    private async ValueTask<bool> IsDoneAsync(
        RedisScript script, string operation, string key, RedisValue[] arguments, CancellationToken cancellationToken) =>
        (long)await connection.EvaluateAsync(script, operation, [_prefix + key], arguments, cancellationToken).ConfigureAwait(false) == 1;
}
