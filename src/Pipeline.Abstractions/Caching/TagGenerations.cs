using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Pipeline.Caching;

/// <summary>The tags of a cache entry, each with the generation that it had before the entry's value was made.</summary>
/// <remarks>
/// Immutable, ordered by tag (ordinal), without duplicates, compared by content. That a caller cannot name tags in
/// <see cref="CacheEntryOptions.Tags"/> without having read their generations first is the point: a value that was computed from old
/// data cannot outlive an invalidation.
/// </remarks>
[CollectionBuilder(typeof(TagGenerations), nameof(Create))]
public sealed class TagGenerations : IReadOnlyList<TagGeneration>, IEquatable<TagGenerations>
{
    /// <summary>The greatest number of tags on one entry: 64.</summary>
    public const int MaxTags = 64;

    private readonly TagGeneration[] _items;

    private TagGenerations(TagGeneration[] items) => _items = items;

    /// <summary>No tags.</summary>
    public static TagGenerations None { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public TagGeneration this[int index] => _items[index];

    /// <summary>Makes the collection from tags and their generations, in any order.</summary>
    /// <param name="generations">At most <see cref="MaxTags"/> tags, each once.</param>
    /// <returns>The collection; <see cref="None"/> if <paramref name="generations"/> is empty.</returns>
    /// <exception cref="ArgumentException">There are too many tags, one appears twice, or one is a default value without a tag.</exception>
    public static TagGenerations Create(params ReadOnlySpan<TagGeneration> generations)
    {
        if (generations.IsEmpty)
        {
            return None;
        }

        if (generations.Length > MaxTags)
        {
            throw new ArgumentException($"The entry has {generations.Length} tags. Give at most {MaxTags}.", nameof(generations));
        }

        return TryAdopt(generations.ToArray(), out var result)
            ? result
            : throw new ArgumentException("A tag is missing or appears twice. Give each tag once.", nameof(generations));
    }

    /// <summary>Answers whether an entry with these tags is still valid.</summary>
    /// <param name="current">The tags' generations as the reader knows them now. It may hold other tags too.</param>
    /// <returns>
    /// <see langword="true"/> if every tag here is in <paramref name="current"/> with the same or a smaller generation: a greater one here
    /// only means that the reader has not yet heard of an invalidation that the entry's writer knew of. <see langword="false"/> if one has
    /// been invalidated since, or is missing from <paramref name="current"/>. An entry without tags is always valid.
    /// </returns>
    public bool AreCurrent(TagGenerations current)
    {
        ArgumentNullException.ThrowIfNull(current);
        foreach (ref readonly var item in _items.AsSpan())
        {
            if (!current.TryGetGeneration(item.Tag, out var generation) || item.Generation < generation)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Finds the generation of a tag.</summary>
    /// <param name="tag">The tag, compared ordinally.</param>
    /// <param name="generation">Its generation, or 0 if it is not here.</param>
    /// <returns>Whether the tag is here.</returns>
    public bool TryGetGeneration(string tag, out long generation)
    {
        ArgumentNullException.ThrowIfNull(tag);
        var low = 0;
        var high = _items.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(_items[middle].Tag, tag);
            if (order == 0)
            {
                generation = _items[middle].Generation;
                return true;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        generation = 0;
        return false;
    }

    /// <summary>The tags and generations, without a copy.</summary>
    /// <returns>A view of this collection.</returns>
    public ReadOnlySpan<TagGeneration> AsSpan() => _items;

    /// <summary>Enumerates the tags and generations without allocating.</summary>
    /// <returns>An enumerator.</returns>
    public ReadOnlySpan<TagGeneration>.Enumerator GetEnumerator() => AsSpan().GetEnumerator();

    IEnumerator<TagGeneration> IEnumerable<TagGeneration>.GetEnumerator() => ((IEnumerable<TagGeneration>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] TagGenerations? other) => other is not null && AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as TagGenerations);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (ref readonly var item in AsSpan())
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    // The array becomes this collection's own.
    internal static bool TryAdopt(TagGeneration[] items, [NotNullWhen(true)] out TagGenerations? result)
    {
        result = null;
        Array.Sort(items, static (a, b) => string.CompareOrdinal(a.Tag, b.Tag));
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].Tag is null || (i > 0 && string.Equals(items[i].Tag, items[i - 1].Tag, StringComparison.Ordinal)))
            {
                return false;
            }
        }

        result = new(items);
        return true;
    }
}
