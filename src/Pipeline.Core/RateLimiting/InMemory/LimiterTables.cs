namespace Pipeline.RateLimiting;

/// <summary>All that an in-memory limiter keeps, and the sweep that drops what no longer matters.</summary>
/// <remarks>
/// <para>Locks are taken in one order: the shard of a reservation, then the shards of states by their indexes (<see cref="ShardSet"/>), then states.
/// Who locks several states holds the shards of all of them, and who locks one may hold none, but then waits for nothing more. A sweep holds one shard at a
/// time, and one of its entries, and is begun without any.</para>
/// <para>Sweeps need neither a timer nor a thread: calls do a slice each. A round over both tables begins some seconds after the last has ended, or
/// sooner when as much was added as there was, so that the tables never grow beyond about twice what is live. While a round lasts, each call does a slice,
/// a larger one where calls are rare.</para>
/// </remarks>
internal sealed class LimiterTables(LimiterClock clock)
{
    // In buckets: what one call does are a few microseconds' work, or after a pause more.
    private const int SmallestSlice = 256;
    private const int LargestSlice = 16_384;
    private const int SlicePerMillisecond = 16;

    private const int FewestAdditionsBetweenRounds = 1_024;
    private const long BetweenRounds = 10 * TimeSpan.TicksPerSecond;

    private readonly Lock _sweeping = new();
    private bool _hasSweptStates;
    private long _lastSlice;
    private long _nextSlice = BetweenRounds;
    private int _added;
    private int _mostAdded = FewestAdditionsBetweenRounds;

    public SweptTable<LimiterState> States { get; } = new();

    public SweptTable<OpenReservation> Reservations { get; } = new();

    /// <summary>Finds or makes a state, and takes its lock.</summary>
    /// <returns>The state, or <see langword="null"/> if it is not there and not to be made.</returns>
    public LimiterState? Enter(in RateLimitDimension dimension, int hash, bool adds)
    {
        var shard = States.ShardOf(hash);
        var state = LimiterState.Find(shard, dimension, hash);
        if (state is not null && state.TryEnter())
        {
            return state;
        }

        shard.Enter();
        try
        {
            return Find(shard, dimension, hash) ?? (adds ? Add(shard, dimension, hash) : null);
        }
        finally
        {
            shard.Exit();
        }
    }

    /// <summary>Finds a state and takes its lock, under the lock of its shard.</summary>
    public static LimiterState? Find(TableShard<LimiterState> shard, in RateLimitDimension dimension, int hash)
    {
        var state = LimiterState.Find(shard, dimension, hash);
        state?.Enter();
        return state;
    }

    /// <summary>Makes a state that is not there yet, with its lock taken, under the lock of its shard.</summary>
    public LimiterState Add(TableShard<LimiterState> shard, in RateLimitDimension dimension, int hash)
    {
        var state = LimiterState.Create(dimension.Key, dimension.Rule, hash);
        state.Enter();
        shard.Add(state);
        CountAddition();
        return state;
    }

    /// <summary>Drops a state and what it counts.</summary>
    public void Forget(in RateLimitDimension dimension)
    {
        var hash = LimiterState.HashOf(dimension);
        var shard = States.ShardOf(hash);
        shard.Enter();
        try
        {
            if (Find(shard, dimension, hash) is { } state)
            {
                state.Forget();
                state.Exit();
                shard.Remove(state);
            }
        }
        finally
        {
            shard.Exit();
        }
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

        CountAddition();
    }

    /// <summary>Does a slice of a round if one is due. To be called at the end of a call, without a lock.</summary>
    public void SweepIfDue(long now)
    {
        if (now >= Volatile.Read(ref _nextSlice) && _sweeping.TryEnter())
        {
            try
            {
                SweepSlice(clock.Read(withWallClock: true));
            }
            finally
            {
                _sweeping.Exit();
            }
        }
    }

    private void SweepSlice(in LimiterMoment moment)
    {
        var pause = (moment.Now - _lastSlice) / TimeSpan.TicksPerMillisecond;
        var budget = (int)Math.Clamp(pause * SlicePerMillisecond, SmallestSlice, LargestSlice);
        _lastSlice = moment.Now;
        Volatile.Write(ref _nextSlice, 0);
        _hasSweptStates = _hasSweptStates || States.Sweep(ref budget, moment);
        if (_hasSweptStates && Reservations.Sweep(ref budget, moment))
        {
            _hasSweptStates = false;
            Volatile.Write(ref _added, 0);
            Volatile.Write(ref _mostAdded, (int)Math.Clamp(States.Count + Reservations.Count, FewestAdditionsBetweenRounds, int.MaxValue));
            Volatile.Write(ref _nextSlice, moment.Now + BetweenRounds);
        }
    }

    private void CountAddition()
    {
        if (Interlocked.Increment(ref _added) >= Volatile.Read(ref _mostAdded))
        {
            Volatile.Write(ref _nextSlice, 0);
        }
    }
}
