using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Caching;

/// <summary>
/// Entries under string keys (ordinal), bounded by their number and their bytes at every moment. Reading takes no lock and allocates nothing;
/// writes take turns. Thread safe.
/// </summary>
/// <remarks>
/// For want of room entries are evicted by <see cref="S3Fifo"/>. Dead ones are swept by later writes, a few each, and make room before any
/// that lives. An entry is one instance and enters once; a new value is a new entry.
/// </remarks>
internal sealed class BoundedStore<TEntry>
    where TEntry : StoreEntry
{
    private const int SweptByWrite = 4;

    // Writers take turns anyway, so the dictionary needs one lock only.
    private readonly ConcurrentDictionary<string, TEntry> _entries = new(concurrencyLevel: 1, capacity: 31, StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TEntry>.AlternateLookup<ReadOnlySpan<char>> _entriesBySpan;
    private readonly Lock _gate = new();
    private readonly CacheClock _clock;
    private readonly long _maxEntries;
    private readonly long _maxBytes;
    private S3Fifo _order;
    private ExpiryWheel _expiry;
    private long _count;
    private long _bytes;
    private long _evictions;

    public BoundedStore(CacheMemoryOptions limits, CacheClock clock)
    {
        _clock = clock;
        _maxEntries = limits.MaxEntries;
        _maxBytes = limits.MaxBytes;
        _entriesBySpan = _entries.GetAlternateLookup<ReadOnlySpan<char>>();
        Begin();
    }

    public long Count => Volatile.Read(ref _count);

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>How many entries have been evicted for want of room.</summary>
    public long Evictions => Volatile.Read(ref _evictions);

    /// <summary>Finds an entry, dead ones included, and counts the use.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out TEntry? entry)
    {
        if (!_entries.TryGetValue(key, out entry))
        {
            return false;
        }

        entry.CountUse();
        return true;
    }

    /// <inheritdoc cref="TryGet(string, out TEntry)"/>
    public bool TryGet(ReadOnlySpan<char> key, [NotNullWhen(true)] out TEntry? entry)
    {
        if (!_entriesBySpan.TryGetValue(key, out entry))
        {
            return false;
        }

        entry.CountUse();
        return true;
    }

    /// <summary>Stores an entry. One that is too large for the store only displaces what stands there.</summary>
    /// <returns>What stood there.</returns>
    public TEntry? Set(TEntry entry)
    {
        lock (_gate)
        {
            Sweep();
            var standing = _entries.GetValueOrDefault(entry.Key);
            Put(entry, standing);
            return standing;
        }
    }

    /// <summary>Stores an entry if nothing stands there. One that is too large for the store is as if evicted at once.</summary>
    public bool TryAdd(TEntry entry)
    {
        lock (_gate)
        {
            Sweep();
            if (_entries.ContainsKey(entry.Key))
            {
                return false;
            }

            Put(entry, standing: null);
            return true;
        }
    }

    /// <summary>Stores an entry if exactly <paramref name="standing"/> stands there.</summary>
    public bool TryReplace(TEntry standing, TEntry entry)
    {
        lock (_gate)
        {
            Sweep();
            if (!Stands(standing))
            {
                return false;
            }

            Put(entry, standing);
            return true;
        }
    }

    /// <summary>Removes an entry if exactly this one stands there.</summary>
    public bool Remove(TEntry standing)
    {
        lock (_gate)
        {
            if (!Stands(standing))
            {
                return false;
            }

            Delete(standing);
            return true;
        }
    }

    /// <summary>Removes and returns what stands under a key.</summary>
    public TEntry? Remove(string key)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var standing))
            {
                return null;
            }

            Delete(standing);
            return standing;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            var all = _entries.Values;
            _entries.Clear();
            Begin();
            Publish();
            foreach (var entry in all)
            {
                entry.OnLeft();
            }
        }
    }

    [MemberNotNull(nameof(_order), nameof(_expiry))]
    private void Begin()
    {
        _order = new S3Fifo(_maxEntries, _maxBytes);
        _expiry = new ExpiryWheel(_clock.Now);
    }

    private bool Stands(TEntry entry) => _entries.TryGetValue(entry.Key, out var standing) && ReferenceEquals(standing, entry);

    private void Put(TEntry entry, TEntry? standing)
    {
        if (entry.Bytes > _maxBytes)
        {
            if (standing is not null)
            {
                Delete(standing);
            }

            return;
        }

        // The dictionary keeps the first of equal keys, so that a second instance would only take room.
        entry.Key = standing?.Key ?? entry.Key;
        var place = standing is null ? default : Unlink(standing);
        MakeRoomFor(entry);
        entry.OnEntering();
        _entries[entry.Key] = entry;
        _expiry.Add(entry);
        _order.Add(entry, place);
        Publish();
        standing?.OnLeft();
    }

    private void MakeRoomFor(TEntry entry)
    {
        while (!_order.HasRoomFor(entry))
        {
            if (!SweepOne(_clock.Now))
            {
                var evicted = _order.Evict();
                ExpiryWheel.Remove(evicted);
                _entries.TryRemove(evicted.Key, out _);
                Volatile.Write(ref _evictions, _evictions + 1);
                evicted.OnLeft();
            }
        }
    }

    private void Sweep()
    {
        var now = _clock.Now;
        for (var i = 0; i < SweptByWrite && SweepOne(now); i++)
        {
        }
    }

    private bool SweepOne(long now)
    {
        if (_expiry.TakeDead(now) is not { } dead)
        {
            return false;
        }

        _order.RemoveDead(dead);
        _entries.TryRemove(dead.Key, out _);
        Publish();
        dead.OnLeft();
        return true;
    }

    private void Delete(TEntry entry)
    {
        Unlink(entry);
        _entries.TryRemove(entry.Key, out _);
        Publish();
        entry.OnLeft();
    }

    private static S3Fifo.Place Unlink(TEntry entry)
    {
        ExpiryWheel.Remove(entry);
        return S3Fifo.Remove(entry);
    }

    private void Publish()
    {
        Volatile.Write(ref _count, _order.Count);
        Volatile.Write(ref _bytes, _order.Bytes);
    }
}
