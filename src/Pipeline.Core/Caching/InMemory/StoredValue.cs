using System.Buffers;

namespace Pipeline.Caching;

/// <summary>A value of the in-memory cache with its expiry and its tags. Thread safe.</summary>
internal sealed class StoredValue : StoreEntry
{
    // The fields below and the header of the value's array; then those of StoredTags; then, for each tag, its places and the table's own entry.
    private const int Bookkeeping = 72;
    private const int TagsBookkeeping = 96;
    private const int BytesPerTag = 128;

    // What a hit needs stands together: it shares a line of the processor's cache with the count of uses.
    private readonly byte[] _value;
    private readonly StoredTags? _tags;
    private long _freshUntil;
    private readonly long _stale;
    private readonly long _window;
    private readonly long _freshLimit;

    public StoredValue(in CacheEntry entry, TagTable table, long now)
        : base(entry.Key, CostOf(entry))
    {
        var options = entry.Options;
        _value = entry.Value.ToArray();
        _tags = options.Tags.Count == 0 ? null : new StoredTags(table, options.Tags);
        _freshLimit = now + ToMilliseconds(options.FreshFor);
        _stale = ToMilliseconds(options.StaleFor);
        _window = options.SlidingWindow is { } window ? ToMilliseconds(window) : 0;
        _freshUntil = _window == 0 ? _freshLimit : Math.Min(now + _window, _freshLimit);
        KeepUntil = _freshUntil + _stale;
    }

    public ReadOnlySpan<byte> Value => _value;

    /// <summary>Judges the entry; one that is found fresh is extended, if it is a sliding one.</summary>
    public CacheReadResult Read(CacheClock clock, CacheReadOptions options)
    {
        var now = clock.Now;
        var freshUntil = Volatile.Read(ref _freshUntil);
        var isFresh = now < freshUntil;
        if ((!isFresh && (options & CacheReadOptions.AllowStale) == CacheReadOptions.None) || !IsValid())
        {
            return CacheReadResult.Missing;
        }

        if (_window != 0 && isFresh)
        {
            freshUntil = Extend(now, freshUntil);
        }

        var origin = clock.ReadOrigin(now);
        return CacheReadResult.Judge(
            CacheClock.ToUtc(freshUntil, origin),
            CacheClock.ToUtc(freshUntil + _stale, origin),
            CacheClock.ToUtc(now, origin),
            _value.Length,
            _tags?.Generations ?? TagGenerations.None);
    }

    /// <summary>Whether a reader who allows stale would get the entry.</summary>
    public bool IsReadable(long now) => now < Volatile.Read(ref _freshUntil) + _stale && IsValid();

    protected internal override void OnEntering() => _tags?.Hold();

    protected internal override void OnLeft() => _tags?.Release();

    private static long CostOf(in CacheEntry entry)
    {
        var bytes = CostOf(entry.Key) + Bookkeeping + entry.Value.Length;
        var tags = entry.Options.Tags;
        bytes += tags.Count == 0 ? 0 : TagsBookkeeping;
        foreach (ref readonly var tag in tags.AsSpan())
        {
            bytes += BytesPerTag + CostOfString(tag.Tag);
        }

        return bytes;
    }

    private static long ToMilliseconds(TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMillisecond;

    private bool IsValid() => _tags is null || _tags.AreCurrent();

    private long Extend(long now, long freshUntil)
    {
        var extended = Math.Min(now + _window, _freshLimit);
        while (extended > freshUntil)
        {
            var found = Interlocked.CompareExchange(ref _freshUntil, extended, freshUntil);
            if (found == freshUntil)
            {
                KeepUntil = extended + _stale;
                return extended;
            }

            freshUntil = found;
        }

        return freshUntil;
    }
}
