namespace Pipeline.Steps;

/// <summary>The answer of a streaming step as it is cached, whole: written as bytes that were collected item by item, read as items.</summary>
internal sealed class CachedStream<TItem>
{
    private CachedStream(IReadOnlyList<TItem> items, ReadOnlyMemory<byte> payload)
    {
        Items = items;
        Payload = payload;
    }

    /// <summary>The items of an answer that was read.</summary>
    public IReadOnlyList<TItem> Items { get; }

    /// <summary>The bytes of an answer that is to be written.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    public static CachedStream<TItem> OfItems(IReadOnlyList<TItem> items) => new(items, default);

    public static CachedStream<TItem> OfPayload(ReadOnlyMemory<byte> payload) => new([], payload);
}
