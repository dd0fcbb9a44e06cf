using System.Buffers;
using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Caching;

namespace Pipeline.Steps;

/// <summary>
/// Collects the items of a stream while they go by, in the form in which they are cached. What cannot be collected, or not any more, is no
/// failure of the stream.
/// </summary>
/// <param name="serializer">Writes one item.</param>
/// <param name="cache">Says how much it takes, and counts what it does not.</param>
/// <param name="wantsItems">Whether the items themselves are wanted at the end.</param>
internal sealed class StreamCollector<TItem>(IHybridCacheSerializer<TItem> serializer, CacheCore cache, bool wantsItems)
{
    private readonly ArrayBufferWriter<byte> _item = new();
    private readonly List<TItem> _items = [];
    private ArrayBufferWriter<byte>? _stream = CachedStreamFormat.Begin();

    /// <summary>Whether all items so far have been collected.</summary>
    public bool IsWhole => _stream is not null;

    /// <summary>The items so far, where they are wanted.</summary>
    public IReadOnlyList<TItem> Items => _items;

    public void Add(TItem item)
    {
        if (_stream is null || !TryWrite(item))
        {
            return;
        }

        CachedStreamFormat.WriteItem(_stream, item is null, _item.WrittenSpan);
        _item.ResetWrittenCount();
        if (wantsItems)
        {
            _items.Add(item);
        }

        if (_stream.WrittenCount > cache.MaxValueBytes)
        {
            cache.Metrics.CountOversized();
            Log.CacheValueOversized(cache.Log, typeof(TItem).Name, _stream.WrittenCount, cache.MaxValueBytes);
            GiveUp();
        }
    }

    /// <summary>The whole stream.</summary>
    public CachedStream<TItem> ToStream() => CachedStream<TItem>.OfPayload(_stream!.WrittenMemory);

    private bool TryWrite(TItem item)
    {
        try
        {
            if (item is not null)
            {
                serializer.Serialize(item, _item);
            }

            return true;
        }
#pragma warning disable CA1031 // A serializer of the host's may throw anything.
        catch (Exception e)
#pragma warning restore CA1031
        {
            cache.Metrics.CountUnserializable();
            Log.CacheValueUnserializable(cache.Log, typeof(TItem).Name, e);
            GiveUp();
            return false;
        }
    }

    private void GiveUp()
    {
        _stream = null;
        _items.Clear();
    }
}
