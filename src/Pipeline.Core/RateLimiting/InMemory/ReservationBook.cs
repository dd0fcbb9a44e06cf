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
        shard.Enter();
        try
        {
            var open = OpenReservation.Find(shard, reservation);
            if (open is null)
            {
                return false;
            }

            shard.Remove(open);
            if (open.HasRunOut(moment.Now))
            {
                return false;
            }

            var shards = ShardsOf(tables, open.Request);
            shards.Enter(tables.States);
            try
            {
                EndDimensions(tables, open, actualCosts, moment);
            }
            finally
            {
                shards.Exit(tables.States);
            }
        }
        finally
        {
            shard.Exit();
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
            shards.Enter(tables.States);
            try
            {
                return RenewLeases(open, now);
            }
            finally
            {
                shards.Exit(tables.States);
            }
        }
        finally
        {
            shard.Exit();
        }
    }

    private static void EndDimensions(LimiterTables tables, OpenReservation open, ReadOnlySpan<long> actualCosts, in LimiterMoment moment)
    {
        var dimensions = open.Request.Dimensions;
        for (var i = 0; i < dimensions.Length; i++)
        {
            var charge = open.Charges[i];
            if (charge is { State: ConcurrencyState concurrency, Lease: { } lease } && concurrency.Holds(lease, moment.Now))
            {
                concurrency.Release(lease);
            }
            else if (!actualCosts.IsEmpty && IsSettled(dimensions[i]))
            {
                Correct(tables, dimensions[i], charge, actualCosts[i], moment);
            }
        }
    }

    private static void Correct(
        LimiterTables tables, in RateLimitDimension dimension, in ReservedCharge charge, long actualCost, in LimiterMoment moment)
    {
        if (actualCost > dimension.Cost)
        {
            var state = (ChargingState)tables.GetOrAdd(dimension, LimiterState.HashOf(dimension));
            state.Charge(dimension.Rule, actualCost - dimension.Cost, moment);
        }
        else if (actualCost < dimension.Cost && charge.State is ChargingState { IsForgotten: false } charged)
        {
            charged.GiveBack(dimension.Rule, charge.Mark, dimension.Cost - actualCost, moment);
        }
    }

    private static bool RenewLeases(OpenReservation open, long now)
    {
        foreach (var charge in open.Charges)
        {
            if (charge is { State: ConcurrencyState concurrency, Lease: { } lease } && !concurrency.Holds(lease, now))
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
