using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Pipeline.Backends;

namespace Pipeline.Telemetry;

/// <summary>A small immutable set of named values that goes with a <see cref="TelemetryRecord"/>, ordered by name.</summary>
/// <remarks>
/// Checked and measured once, when it is made, so that emitting a record that refers to it stays free of allocations. Made by
/// <see cref="Create(ReadOnlySpan{KeyValuePair{string, string}})"/> or a collection expression: <c>Attributes = [new("region", "eu")]</c>.
/// Equal where names and values are equal. Thread safe.
/// </remarks>
[CollectionBuilder(typeof(TelemetryAttributes), nameof(Create))]
public sealed class TelemetryAttributes : IReadOnlyList<KeyValuePair<string, string>>, IEquatable<TelemetryAttributes>
{
    /// <summary>The greatest number of attributes of one record: 32.</summary>
    public const int MaxCount = 32;

    private const int BytesPerAttribute = 64;

    private readonly KeyValuePair<string, string>[] _items;

    private TelemetryAttributes(KeyValuePair<string, string>[] items)
    {
        _items = items;
        foreach (var (name, value) in items)
        {
            ApproximateBytes += BytesPerAttribute + (sizeof(char) * (name.Length + value.Length));
        }
    }

    /// <summary>No attributes.</summary>
    public static TelemetryAttributes Empty { get; } = new([]);

    /// <summary>How many attributes there are, 0 to <see cref="MaxCount"/>.</summary>
    public int Count => _items.Length;

    /// <summary>What the attributes take up in memory, in bytes, estimated.</summary>
    public int ApproximateBytes { get; }

    /// <summary>The attribute at a position, in the order of names (ordinal).</summary>
    /// <param name="index">The position, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative, or <see cref="Count"/> or more.</exception>
    public KeyValuePair<string, string> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _items.Length);
            return _items[index];
        }
    }

    /// <summary>Makes the attributes.</summary>
    /// <param name="attributes">
    /// At most <see cref="MaxCount"/> pairs in any order. Name and value are each 1 to 512 bytes of UTF-8 without control characters
    /// (<see cref="StoredName"/>).
    /// </param>
    /// <returns>The attributes, ordered by name; <see cref="Empty"/> for none.</returns>
    /// <exception cref="ArgumentException">There are too many, a name or a value is out of bounds, or a name occurs twice.</exception>
    public static TelemetryAttributes Create(params ReadOnlySpan<KeyValuePair<string, string>> attributes)
    {
        if (attributes.IsEmpty)
        {
            return Empty;
        }

        if (attributes.Length > MaxCount)
        {
            throw new ArgumentException($"There are {attributes.Length} attributes. Give at most {MaxCount}.", nameof(attributes));
        }

        var items = attributes.ToArray();
        foreach (var (name, value) in items)
        {
            StoredName.ThrowIfInvalid(name, nameof(attributes));
            StoredName.ThrowIfInvalid(value, nameof(attributes));
        }

        Array.Sort(items, static (x, y) => string.CompareOrdinal(x.Key, y.Key));
        for (var i = 1; i < items.Length; i++)
        {
            if (string.Equals(items[i - 1].Key, items[i].Key, StringComparison.Ordinal))
            {
                throw new ArgumentException($"The attribute '{items[i].Key}' is given twice. Give each name once.", nameof(attributes));
            }
        }

        return new TelemetryAttributes(items);
    }

    /// <summary>Finds the value of an attribute.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="value">The value, or <see langword="null"/> where there is no such attribute.</param>
    /// <returns>Whether there is such an attribute.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is <see langword="null"/>.</exception>
    public bool TryGetValue(string name, [NotNullWhen(true)] out string? value)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (var item in _items)
        {
            if (string.Equals(item.Key, name, StringComparison.Ordinal))
            {
                value = item.Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(TelemetryAttributes? other) =>
        ReferenceEquals(this, other) || (other is not null && _items.AsSpan().SequenceEqual(other._items));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TelemetryAttributes);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var (name, value) in _items)
        {
            hash.Add(name, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }
}
