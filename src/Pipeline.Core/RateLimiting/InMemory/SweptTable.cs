using System.Numerics;

namespace Pipeline.RateLimiting;

/// <summary>
/// A hash table in shards, each under a lock of its own, that loses by itself what no longer matters: calls sweep it a slice at a time,
/// so that there is neither a timer nor a thread.
/// </summary>
/// <remarks>
/// A round goes once over all shards. One begins some seconds after the last has ended, or sooner when as much was added as there was, so the table
/// never grows beyond about twice what is live. While a round lasts, each call sweeps a slice, larger ones where calls are rare.
/// </remarks>
internal sealed class SweptTable<TEntry>
    where TEntry : TableEntry<TEntry>
{
    private const int ShardsPerProcessor = 16;
    private const int FewestShards = 64;
    private const int MostShards = 1_024;

    // What one call does: a few microseconds' work, or after a pause more.
    private const int SmallestSlice = 256;
    private const int LargestSlice = 16_384;
    private const int BucketsPerMillisecond = 16;

    private const int FewestAdditionsBetweenRounds = 1_024;
    private const long BetweenRounds = 10 * TimeSpan.TicksPerSecond;

    private readonly LimiterClock _clock;
    private readonly TableShard<TEntry>[] _shards;
    private readonly int _shift;
    private readonly Lock _sweeping = new();
    private int _shard;
    private int _bucket;
    private long _lastSlice;
    private long _nextSlice = BetweenRounds;
    private int _added;
    private int _mostAdded = FewestAdditionsBetweenRounds;

    public SweptTable(LimiterClock clock)
    {
        _clock = clock;
        var shards = Math.Clamp(Environment.ProcessorCount * ShardsPerProcessor, FewestShards, MostShards);
        _shards = new TableShard<TEntry>[BitOperations.RoundUpToPowerOf2((uint)shards)];
        _shift = 32 - BitOperations.Log2((uint)_shards.Length);
        for (var i = 0; i < _shards.Length; i++)
        {
            _shards[i] = new();
        }
    }

    /// <summary>How many entries there are, while nothing else happens.</summary>
    public long Count
    {
        get
        {
            var count = 0L;
            foreach (var shard in _shards)
            {
                count += shard.Count;
            }

            return count;
        }
    }

    public TableShard<TEntry> this[int index] => _shards[index];

    // The low bits choose the bucket.
    public int IndexOf(int hash) => (int)((uint)hash >> _shift);

    public TableShard<TEntry> ShardOf(int hash) => _shards[IndexOf(hash)];

    /// <summary>Counts an addition to a shard.</summary>
    public void CountAddition()
    {
        if (Interlocked.Increment(ref _added) >= Volatile.Read(ref _mostAdded))
        {
            Volatile.Write(ref _nextSlice, 0);
        }
    }

    /// <summary>Does a slice of a round if one is due. To be called at the end of a call, without a lock.</summary>
    public void SweepIfDue(long now)
    {
        if (now >= Volatile.Read(ref _nextSlice) && _sweeping.TryEnter())
        {
            try
            {
                SweepSlice(_clock.Read(withWallClock: true));
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
        var budget = (int)Math.Clamp(pause * BucketsPerMillisecond, SmallestSlice, LargestSlice);
        _lastSlice = moment.Now;
        Volatile.Write(ref _nextSlice, 0);
        while (budget > 0)
        {
            var shard = _shards[_shard];
            shard.Enter();
            try
            {
                budget -= shard.Sweep(ref _bucket, SmallestSlice, moment);
            }
            finally
            {
                shard.Exit();
            }

            if (_bucket == 0 && ++_shard == _shards.Length)
            {
                EndRound(moment.Now);
                return;
            }
        }
    }

    private void EndRound(long now)
    {
        _shard = 0;
        Volatile.Write(ref _added, 0);
        Volatile.Write(ref _mostAdded, (int)Math.Clamp(Count, FewestAdditionsBetweenRounds, int.MaxValue));
        Volatile.Write(ref _nextSlice, now + BetweenRounds);
    }
}
