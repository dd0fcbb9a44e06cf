using Pipeline.Queues;

namespace Pipeline.RateLimiting;

/// <summary>Begins, ends and renews reservations.</summary>
internal static class ReservationBook
{
    public static RateLimitReservation Open(LimiterTables tables, in RateLimitRequest request, ReservedCharge[] charges, long now)
    {
        var reservation = new RateLimitReservation(QueueMessage.NewId(), request);
        var hasEstimates = false;
        foreach (ref readonly var dimension in request.Dimensions)
        {
            hasEstimates |= IsSettled(dimension);
        }

        tables.Add(new OpenReservation(reservation, charges, hasEstimates, now));
        return reservation;
    }

    /// <summary>Ends a reservation.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="reservation">The reservation.</param>
    /// <param name="actualCosts">The true cost of each dimension, or nothing where they are not known.</param>
    /// <param name="moment">The time.</param>
    /// <returns>Whether this call ended it.</returns>
    public static bool End(LimiterTables tables, RateLimitReservation reservation, ReadOnlySpan<long> actualCosts, in LimiterMoment moment)
    {
        var shard = tables.Reservations.ShardOf(OpenReservation.HashOf(reservation));
        OpenReservation? open;
        shard.Enter();
        try
        {
            open = OpenReservation.Find(shard, reservation);
            if (open is not null)
            {
                shard.Remove(open);
            }
        }
        finally
        {
            shard.Exit();
        }

        if (open is null || open.HasRunOut(moment.Now))
        {
            return false;
        }

        for (var i = 0; i < open.Charges.Length; i++)
        {
            EndDimension(tables, open, i, actualCosts, moment);
        }

        return true;
    }

    /// <summary>Extends all leases of a reservation, or none.</summary>
    public static bool Renew(LimiterTables tables, RateLimitReservation reservation, long now)
    {
        if (!HasLeases(reservation.Request))
        {
            return true;
        }

        var shard = tables.Reservations.ShardOf(OpenReservation.HashOf(reservation));
        shard.Enter();
        try
        {
            if (OpenReservation.Find(shard, reservation) is not { } open)
            {
                return false;
            }

            var shards = ShardsOf(tables, open.Request);
            StateSet states = default;
            shards.Enter(tables.States);
            try
            {
                return RenewLeases(open, now, ref states);
            }
            finally
            {
                states.Exit();
                shards.Exit(tables.States);
            }
        }
        finally
        {
            shard.Exit();
        }
    }

    private static void EndDimension(
        LimiterTables tables, OpenReservation open, int index, ReadOnlySpan<long> actualCosts, in LimiterMoment moment)
    {
        ref readonly var dimension = ref open.Request.Dimensions[index];
        var charge = open.Charges[index];
        var excess = !actualCosts.IsEmpty && IsSettled(dimension) ? actualCosts[index] - dimension.Cost : 0;
        var state = excess > 0 ? tables.Enter(dimension, LimiterState.HashOf(dimension), adds: true)
            : charge.State is { } charged && charged.TryEnter() ? charged
            : null;
        if (state is null)
        {
            return;
        }

        try
        {
            if (state is ConcurrencyState concurrency)
            {
                concurrency.ReleaseIfHeld(charge.Lease!, moment.Now);
            }
            else if (excess > 0)
            {
                ((ChargingState)state).Charge(dimension.Rule, excess, moment);
            }
            else if (excess < 0)
            {
                ((ChargingState)state).GiveBack(dimension.Rule, charge.Mark, -excess, moment);
            }
        }
        finally
        {
            state.Exit();
        }
    }

    private static bool RenewLeases(OpenReservation open, long now, ref StateSet states)
    {
        for (var i = 0; i < open.Charges.Length; i++)
        {
            if (open.Charges[i] is not { State: ConcurrencyState concurrency, Lease: { } lease })
            {
                continue;
            }

            if (!concurrency.TryEnter())
            {
                return false;
            }

            states[i] = concurrency;
            if (!concurrency.Holds(lease, now))
            {
                return false;
            }
        }

        foreach (var charge in open.Charges)
        {
            if (charge.Lease is { } lease)
            {
                ConcurrencyState.Renew(lease, now);
            }
        }

        return true;
    }

    private static ShardSet ShardsOf(LimiterTables tables, in RateLimitRequest request)
    {
        ShardSet shards = default;
        foreach (ref readonly var dimension in request.Dimensions)
        {
            if (dimension.Rule.Kind != RateLimitRuleKind.Unlimited)
            {
                shards.Add(tables.States.IndexOf(LimiterState.HashOf(dimension)));
            }
        }

        return shards;
    }

    private static bool IsSettled(in RateLimitDimension dimension) =>
        dimension.IsEstimate && dimension.Rule.Kind != RateLimitRuleKind.Unlimited;

    private static bool HasLeases(in RateLimitRequest request)
    {
        foreach (ref readonly var dimension in request.Dimensions)
        {
            if (dimension.Rule.Kind == RateLimitRuleKind.Concurrency && dimension.Cost > 0)
            {
                return true;
            }
        }

        return false;
    }
}
