namespace Pipeline.Caching;

/// <summary>A queue whose nodes are the entries themselves. An entry leaves it from any place in constant time.</summary>
internal sealed class EntryQueue
{
    private StoreEntry? _newest;

    public StoreEntry? Oldest { get; private set; }

    public long Count { get; private set; }

    public long Bytes { get; private set; }

    public void Append(StoreEntry entry)
    {
        entry.Queue = this;
        entry.Older = _newest;
        entry.Newer = null;
        if (_newest is null)
        {
            Oldest = entry;
        }
        else
        {
            _newest.Newer = entry;
        }

        _newest = entry;
        Count++;
        Bytes += entry.Bytes;
    }

    public void Remove(StoreEntry entry)
    {
        if (entry.Older is null)
        {
            Oldest = entry.Newer;
        }
        else
        {
            entry.Older.Newer = entry.Newer;
        }

        if (entry.Newer is null)
        {
            _newest = entry.Older;
        }
        else
        {
            entry.Newer.Older = entry.Older;
        }

        entry.Queue = null;
        entry.Older = null;
        entry.Newer = null;
        Count--;
        Bytes -= entry.Bytes;
    }
}
