using System.Numerics;

namespace Pipeline.RateLimiting;

/// <summary>A part of a <see cref="SweptTable{TEntry}"/>: a hash table with chains, under a lock that its users take.</summary>
/// <remarks>
/// It may also be searched without the lock. Such a search can miss what is there, because an entry is moved to another chain just then, and find what has
/// left; but it ends, since what was moved leads on only to what was moved before, and it sees an entry only as a whole, since .NET publishes a
/// reference after what was written before.
/// </remarks>
internal sealed class TableShard<TEntry>
    where TEntry : TableEntry<TEntry>
{
    private const int FewestBuckets = 4;

    // Far from where the table grows, so that it does not do both in turns.
    private const int ShrinkFactor = 8;

    private TEntry?[] _buckets = new TEntry?[FewestBuckets];

    // A decision holds it for some dozen nanoseconds; a Lock would take half as long just to enter and leave.
    private SpinLock _gate = new(enableThreadOwnerTracking: false);

    public int Count { get; private set; }

    public void Enter()
    {
        var isTaken = false;
        _gate.Enter(ref isTaken);
    }

    public void Exit() => _gate.Exit(useMemoryBarrier: false);

    /// <summary>The first of the entries among which one with this hash is found, if it is there.</summary>
    public TEntry? First(int hash)
    {
        var buckets = _buckets;
        return buckets[hash & (buckets.Length - 1)];
    }

    public void Add(TEntry entry)
    {
        if (Count == _buckets.Length)
        {
            Resize(_buckets.Length * 2);
        }

        Link(entry);
        Count++;
    }

    public void Remove(TEntry entry)
    {
        ref var link = ref _buckets[entry.Hash & (_buckets.Length - 1)];
        if (ReferenceEquals(link, entry))
        {
            link = entry.Next;
        }
        else
        {
            var before = link!;
            while (!ReferenceEquals(before.Next, entry))
            {
                before = before.Next!;
            }

            before.Next = entry.Next;
        }

        Unlink(entry);
    }

    /// <summary>Drops what can be forgotten from some of the buckets.</summary>
    /// <param name="next">The bucket to begin with, and then the one to go on with: 0 after the last.</param>
    /// <param name="most">How many buckets at most.</param>
    /// <param name="moment">The time.</param>
    /// <returns>How many buckets those were.</returns>
    public int Sweep(ref int next, int most, in LimiterMoment moment)
    {
        var (from, end) = (next, Math.Min(next + most, _buckets.Length));
        for (var i = from; i < end; i++)
        {
            SweepBucket(i, moment);
        }

        next = end;
        if (end >= _buckets.Length)
        {
            next = 0;
            Shrink();
        }

        return Math.Max(0, end - from);
    }

    private void SweepBucket(int bucket, in LimiterMoment moment)
    {
        TEntry? before = null;
        var entry = _buckets[bucket];
        while (entry is not null)
        {
            var next = entry.Next;
            if (!entry.TryForget(moment))
            {
                before = entry;
            }
            else
            {
                if (before is null)
                {
                    _buckets[bucket] = next;
                }
                else
                {
                    before.Next = next;
                }

                Unlink(entry);
            }

            entry = next;
        }
    }

    private void Shrink()
    {
        if (_buckets.Length > FewestBuckets && Count <= _buckets.Length / ShrinkFactor)
        {
            Resize(Math.Max(FewestBuckets, (int)BitOperations.RoundUpToPowerOf2((uint)Count * 2)));
        }
    }

    private void Unlink(TEntry entry)
    {
        entry.Next = null;
        Count--;
    }

    private void Resize(int buckets)
    {
        var old = _buckets;
        _buckets = new TEntry?[buckets];
        foreach (var first in old)
        {
            var entry = first;
            while (entry is not null)
            {
                var next = entry.Next;
                Link(entry);
                entry = next;
            }
        }
    }

    private void Link(TEntry entry)
    {
        ref var first = ref _buckets[entry.Hash & (_buckets.Length - 1)];
        entry.Next = first;
        first = entry;
    }
}
