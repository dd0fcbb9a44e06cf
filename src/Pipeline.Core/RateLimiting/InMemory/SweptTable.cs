using System.Numerics;

namespace Pipeline.RateLimiting;

/// <summary>A hash table in shards, each under a lock of its own, that is swept a slice at a time.</summary>
internal sealed class SweptTable<TEntry>
    where TEntry : TableEntry<TEntry>
{
    private const int ShardsPerProcessor = 16;
    private const int FewestShards = 16;
    private const int MostShards = 1_024;

    // For so many buckets a sweep holds a shard's lock at a time.
    private const int BucketsAtATime = 256;

    private readonly TableShard<TEntry>[] _shards;
    private readonly int _shift;
    private int _sweptShard;
    private int _sweptBucket;

    public SweptTable()
    {
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

    /// <summary>Sweeps on where the last call ended. One thread at a time, which holds no lock.</summary>
    /// <param name="budget">How many buckets may be looked at, and then how many are left of it.</param>
    /// <param name="moment">The time.</param>
    /// <returns>Whether all of the table has been swept. The next call begins anew.</returns>
    public bool Sweep(ref int budget, in LimiterMoment moment)
    {
        while (budget > 0)
        {
            var shard = _shards[_sweptShard];
            shard.Enter();
            try
            {
                budget -= shard.Sweep(ref _sweptBucket, BucketsAtATime, moment);
            }
            finally
            {
                shard.Exit();
            }

            if (_sweptBucket == 0 && ++_sweptShard == _shards.Length)
            {
                _sweptShard = 0;
                return true;
            }
        }

        return false;
    }
}
