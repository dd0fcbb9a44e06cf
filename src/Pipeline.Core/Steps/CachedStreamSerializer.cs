using System.Buffers;
using Microsoft.Extensions.Caching.Hybrid;

namespace Pipeline.Steps;

/// <summary>Reads and writes cached streams. Thread safe.</summary>
/// <param name="items">Reads one item.</param>
internal sealed class CachedStreamSerializer<TItem>(IHybridCacheSerializer<TItem> items) : IHybridCacheSerializer<CachedStream<TItem>>
{
    public CachedStream<TItem> Deserialize(ReadOnlySequence<byte> source)
    {
        var reader = CachedStreamFormat.Open(source);
        var list = new List<TItem>();
        while (!reader.End)
        {
            list.Add(CachedStreamFormat.ReadItem(ref reader) is { } item ? items.Deserialize(item) : default!);
        }

        return CachedStream<TItem>.OfItems(list);
    }

    public void Serialize(CachedStream<TItem> value, IBufferWriter<byte> target) => target.Write(value.Payload.Span);
}
