using Pipeline.Caching;

namespace Pipeline.Conformance.Caching.Generation;

/// <summary>An entry as the sequence stored it.</summary>
internal sealed class ModelEntry(string text, CacheEntryOptions options, ModelGenerations tags, DateTimeOffset stored)
{
    private readonly DateTimeOffset _stored = stored;
    private DateTimeOffset _used = stored;

    public string Text { get; } = text;

    public ModelGenerations Tags { get; } = tags;

    public DateTimeOffset FreshUntil
    {
        get
        {
            var end = _stored + options.FreshFor;
            return options.SlidingWindow is { } window && _used + window < end ? _used + window : end;
        }
    }

    public DateTimeOffset KeepUntil => FreshUntil + options.StaleFor;

    /// <summary>Until when the entry can be kept at most, however often it is read.</summary>
    public DateTimeOffset GoneBy => _stored + options.FreshFor + options.StaleFor;

    public void Use(DateTimeOffset now) => _used = now;
}
