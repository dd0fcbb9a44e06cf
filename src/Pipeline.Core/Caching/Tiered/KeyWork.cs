using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <summary>
/// Something that goes on with a key in this process: a flight, a fill or a write. Its state is guarded by the <see cref="FlightTable"/>.
/// </summary>
internal abstract class KeyWork
{
    private EntryTags _tags;

    protected KeyWork(string key, EntryTags tags, long born)
    {
        Key = key;
        _tags = tags;
        Born = born;
    }

    public string Key { get; }

    /// <summary>The version of <see cref="KnownTags"/> at which it began.</summary>
    public long Born { get; }

    public EntryTags Tags
    {
        get => Volatile.Read(ref _tags);
        set => Volatile.Write(ref _tags, value);
    }

    /// <summary>What it took to make its value. Set by whoever makes it, before the value is handed over; <see langword="null"/> where nobody says.</summary>
    public ValueOrigin? Origin { get; set; }

    /// <summary>Whether its value may still be stored: nothing has replaced or removed the entry since.</summary>
    public bool IsStorable { get; set; } = true;

    /// <summary>Whether it may be writing to the backend, so that a later write has to wait for it.</summary>
    public bool IsWriting { get; set; }

    /// <summary>Completed when it has ended; made by whoever has to wait for that.</summary>
    public TaskCompletionSource? Ended { get; set; }

    /// <summary>What began before with the same key and has not ended.</summary>
    public KeyWork? Older { get; set; }
}
