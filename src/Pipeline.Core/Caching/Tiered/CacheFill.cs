namespace Pipeline.Caching;

/// <summary>
/// The making of a value outside of the cache, whose beginning the cache has noted. Dispose of it once the value has been stored or is not going
/// to be. Not thread safe.
/// </summary>
internal sealed class CacheFill : KeyWork, IDisposable
{
    private FlightTable? _table;

    public CacheFill(FlightTable table, string key, EntryTags tags, long born)
        : base(key, tags, born) =>
        _table = table;

    public void Dispose()
    {
        _table?.End(this);
        _table = null;
    }
}
