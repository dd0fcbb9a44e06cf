using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>The fill leases of the cache on PostgreSQL: a row with the holder's token and a time. No transaction is held over what is made.</summary>
internal sealed class PostgresFillLeases(PostgresConnection connection) : ICacheFillLeases
{
    private readonly PostgresSweep _sweep = new();

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
        return RenewCoreAsync(lease, duration, cancellationToken);
    }

    public ValueTask<bool> ReleaseAsync(CacheFillLease lease, CancellationToken cancellationToken = default)
    {
        ThrowIfNotTaken(lease);
        return connection.QueryAsync(
            "cache lease release",
            connection.Sql["Caching/release.sql"],
            lease,
            static (parameters, lease) => parameters.Text(lease.Key).Id(lease.Token),
            static async (reader, _, deadline) => await reader.ReadAsync(deadline).ConfigureAwait(false) && reader.GetBoolean(0),
            cancellationToken);
    }

    private static void ThrowIfNotTaken(CacheFillLease lease)
    {
        if (!lease.IsTaken)
        {
            throw new ArgumentException("The lease was not taken. Give one whose IsTaken is true.", nameof(lease));
        }
    }

    private async ValueTask<CacheFillLease> TakeAsync(string key, TimeSpan duration, CancellationToken cancellationToken)
    {
        var token = Guid.NewGuid();
        while (true)
        {
            var (isTaken, left) = await connection.QueryAsync(
                "cache lease take",
                connection.Sql["Caching/take.sql"],
                (key, token, duration, Sweep: _sweep.Next()),
                static (parameters, call) =>
                    parameters.Text(call.key).Id(call.token).Long(PostgresTime.ToMicroseconds(call.duration)).Double(call.Sweep.Place).Int(call.Sweep.Pages),
                static async (reader, _, deadline) =>
                {
                    await reader.ReadAsync(deadline).ConfigureAwait(false);
                    return (reader.GetBoolean(0), await reader.IsDBNullAsync(1, deadline).ConfigureAwait(false) ? (long?)null : reader.GetInt64(1));
                },
                cancellationToken).ConfigureAwait(false);
            if (isTaken)
            {
                return CacheFillLease.Taken(key, token, duration);
            }

            // A lease that was taken or given back while the statement ran is seen by the next one.
            if (left is { } microseconds)
            {
                return CacheFillLease.HeldByAnother(key, TimeSpan.FromMicroseconds(Math.Max(0, microseconds)));
            }
        }
    }

    private async ValueTask<bool> RenewCoreAsync(CacheFillLease lease, TimeSpan duration, CancellationToken cancellationToken) => await connection.ExecuteAsync(
        "cache lease renew",
        connection.Sql["Caching/renew.sql"],
        (lease, duration),
        static (parameters, call) => parameters.Text(call.lease.Key).Id(call.lease.Token).Long(PostgresTime.ToMicroseconds(call.duration)),
        cancellationToken).ConfigureAwait(false) == 1;
}
