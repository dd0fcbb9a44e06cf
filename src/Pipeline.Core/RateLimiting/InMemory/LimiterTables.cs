namespace Pipeline.RateLimiting;

/// <summary>All that an in-memory limiter keeps.</summary>
/// <remarks>
/// Locks are taken in one order: the shard of a reservation, then the shards of states by their indexes (<see cref="ShardSet"/>). A sweep holds one at a
/// time, and is begun without any.
/// </remarks>
internal sealed class LimiterTables(LimiterClock clock)
{
    public SweptTable<LimiterState> States { get; } = new(clock);

    public SweptTable<OpenReservation> Reservations { get; } = new(clock);

    /// <summary>Finds or makes a state, under the lock of its shard.</summary>
    public LimiterState GetOrAdd(in RateLimitDimension dimension, int hash)
    {
        var shard = States.ShardOf(hash);
        return LimiterState.Find(shard, dimension.Key, dimension.Rule, hash) ?? Add(shard, dimension, hash);
    }

    public LimiterState Add(TableShard<LimiterState> shard, in RateLimitDimension dimension, int hash)
    {
        var state = LimiterState.Create(dimension.Key, dimension.Rule, hash);
        shard.Add(state);
        States.CountAddition();
        return state;
    }

    /// <summary>Keeps the record of a new reservation.</summary>
    public void Add(OpenReservation open)
    {
        var shard = Reservations.ShardOf(open.Hash);
        shard.Enter();
        try
        {
            shard.Add(open);
        }
        finally
        {
            shard.Exit();
        }

        Reservations.CountAddition();
    }

    public void SweepIfDue(long now)
    {
        States.SweepIfDue(now);
        Reservations.SweepIfDue(now);
    }
}
