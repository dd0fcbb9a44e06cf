namespace Pipeline.Caching;

/// <summary>
/// Decides which entry makes room: S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi: "FIFO queues are all you need for cache eviction", SOSP 2023),
/// bounded by entries and by bytes at once. Its caller holds a lock.
/// </summary>
/// <remarks>
/// A new entry passes through a small queue, and only one that is asked for again on the way enters the main one: what is read once, as by
/// a scan, leaves soon. In the main queue an entry that was asked for gets another round for each time, up to three. A key that comes
/// back while its hash is among the ghosts, the evicted of late, enters the main queue at once. A hit only counts the use, so it needs no
/// lock.
/// </remarks>
internal sealed class S3Fifo(long maxEntries, long maxBytes)
{
    private const int ShareOfSmall = 10;
    private const int UsesForMain = 2;

    // Were all entries popular, finding one that is not would take three rounds through the main queue, while other writers wait.
    private const int MostSteps = 128;

    private readonly EntryQueue _small = new();
    private readonly EntryQueue _main = new();
    private readonly GhostQueue _ghosts = new();
    private readonly long _smallEntries = Math.Max(1, maxEntries / ShareOfSmall);
    private readonly long _smallBytes = Math.Max(1, maxBytes / ShareOfSmall);

    public long Count => _small.Count + _main.Count;

    public long Bytes => _small.Bytes + _main.Bytes;

    public bool HasRoomFor(StoreEntry entry) => Count < maxEntries && Bytes + entry.Bytes <= maxBytes;

    /// <summary>Adds an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="replaced">The place of the entry that it replaces, which was removed: what was learned of the key still holds.</param>
    public void Add(StoreEntry entry, Place replaced)
    {
        entry.Uses = replaced.Uses;
        (replaced.Queue ?? (_ghosts.Remove(entry.KeyHash, Count) ? _main : _small)).Append(entry);
    }

    public static Place Remove(StoreEntry entry)
    {
        var queue = entry.Queue!;
        queue.Remove(entry);
        return new Place(queue, entry.Uses);
    }

    /// <summary>Removes an entry that died. Where its key had earned its place, it gets that again when it comes back.</summary>
    public void RemoveDead(StoreEntry entry)
    {
        if (entry.Queue == _main)
        {
            _ghosts.Add(entry.KeyHash, Count);
        }

        Remove(entry);
    }

    /// <summary>Removes the entry that is to make room. There must be one.</summary>
    public StoreEntry Evict()
    {
        for (var step = 0; ; step++)
        {
            var isSmall = _main.Count == 0 || _small.Count >= _smallEntries || _small.Bytes >= _smallBytes;
            var oldest = (isSmall ? _small : _main).Oldest!;
            Remove(oldest);
            if (oldest.Uses < (isSmall ? UsesForMain : 1) || step == MostSteps)
            {
                if (isSmall)
                {
                    _ghosts.Add(oldest.KeyHash, Count);
                }

                return oldest;
            }

            oldest.Uses = isSmall ? 0 : oldest.Uses - 1;
            _main.Append(oldest);
        }
    }

    /// <summary>Where an entry stood, and how often it was asked for.</summary>
    public readonly record struct Place(EntryQueue? Queue, int Uses);
}
