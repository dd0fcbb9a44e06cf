using System.Numerics;

namespace Pipeline.Caching;

/// <summary>Remembers the hashes of the keys that were evicted last.</summary>
/// <remarks>
/// A hash table in which an addition overwrites the oldest in its bucket, and whatever is older than the queue is long counts as gone: what
/// the paper proposes in place of a queue. Each bucket is one cache line. A hash that is forgotten early or mistaken for another's costs
/// nothing but a worse guess.
/// </remarks>
internal sealed class GhostQueue
{
    private const int BucketSize = 8;
    private const int LeastSlots = 64;
    private const int GreatestSlots = 1 << 28;

    // Slots that were never used have age 2^31.
    private const uint FirstBirth = 1u << 31;

    private Slot[] _slots = new Slot[LeastSlots];
    private uint _births = FirstBirth;

    /// <summary>Adds a hash to a queue of a certain length.</summary>
    public void Add(int hash, long length)
    {
        if (length > _slots.Length - (_slots.Length / BucketSize) && _slots.Length < GreatestSlots)
        {
            Grow(length);
        }

        Insert(new Slot(hash, ++_births));
    }

    /// <summary>Takes a hash out of a queue of a certain length, if it is there.</summary>
    public bool Remove(int hash, long length)
    {
        foreach (ref var slot in Bucket(hash))
        {
            if (slot.Hash == hash && _births - slot.Birth < length)
            {
                slot = default;
                return true;
            }
        }

        return false;
    }

    private void Grow(long length)
    {
        var old = _slots;
        _slots = new Slot[(int)Math.Min(GreatestSlots, BitOperations.RoundUpToPowerOf2((ulong)(length + (length / (BucketSize - 1)) + 1)))];
        foreach (var slot in old)
        {
            Insert(slot);
        }
    }

    private void Insert(Slot added)
    {
        var bucket = Bucket(added.Hash);
        var oldest = 0;
        for (var i = 1; i < bucket.Length; i++)
        {
            if (_births - bucket[i].Birth > _births - bucket[oldest].Birth)
            {
                oldest = i;
            }
        }

        bucket[oldest] = added;
    }

    private Span<Slot> Bucket(int hash) => _slots.AsSpan(hash & (_slots.Length - 1) & ~(BucketSize - 1), BucketSize);

    private readonly record struct Slot(int Hash, uint Birth);
}
