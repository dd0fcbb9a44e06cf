namespace Pipeline.RateLimiting;

/// <summary>A reservation that can still be ended, and where it was charged.</summary>
internal sealed class OpenReservation(RateLimitReservation reservation, ReservedCharge[] charges, bool hasEstimates, long now)
    : TableEntry<OpenReservation>(HashOf(reservation))
{
    // Leases alone have nothing to settle.
    private readonly long _settleUntil = hasEstimates ? now + RateLimitReservation.MinSettlementTime.Ticks : -1;

    public RateLimitRequest Request => reservation.Request;

    /// <summary>One for each dimension.</summary>
    public ReservedCharge[] Charges { get; } = charges;

    public static int HashOf(RateLimitReservation reservation) => reservation.Id.GetHashCode();

    /// <summary>Finds the record of a reservation, under the lock of its shard.</summary>
    public static OpenReservation? Find(TableShard<OpenReservation> shard, RateLimitReservation reservation)
    {
        var open = shard.First(HashOf(reservation));
        while (open is not null && open.Id != reservation.Id)
        {
            open = open.Next;
        }

        return open;
    }

    /// <summary>Whether there is nothing left to settle or to give back.</summary>
    public bool HasRunOut(long now)
    {
        if (now <= _settleUntil)
        {
            return false;
        }

        foreach (var charge in Charges)
        {
            if (charge.Lease is { } lease && lease.Expiry > now)
            {
                return false;
            }
        }

        return true;
    }

    public override bool TryForget(in LimiterMoment moment) => HasRunOut(moment.Now);

    private Guid Id => reservation.Id;
}
