using Pipeline.Internal;

namespace Pipeline.Vectors;

/// <summary>The value of a payload's field. Texts, numbers and truth values convert to it by themselves.</summary>
/// <remarks>Immutable, hence thread safe. Equal where kind and content are equal; several texts are equal in the same order only.</remarks>
public readonly struct VectorValue : IEquatable<VectorValue>
{
    /// <summary>The greatest length of a text, in characters: 65,536.</summary>
    public const int MaxTextLength = 65_536;

    /// <summary>The greatest number of texts in one value: 256.</summary>
    public const int MaxTexts = 256;

    /// <summary>The greatest magnitude of a whole number: 2^53 - 1, up to which all stores and JSON agree.</summary>
    public const long MaxWholeNumber = (1L << 53) - 1;

    private readonly object? _reference;
    private readonly long _bits;

    private VectorValue(VectorValueKind kind, object? reference, long bits)
    {
        Kind = kind;
        _reference = reference;
        _bits = bits;
    }

    /// <summary>What the value holds.</summary>
    public VectorValueKind Kind { get; }

    /// <summary>The text.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Kind"/> is another.</exception>
    public string AsText => (string)Reference(VectorValueKind.Text);

    /// <summary>The texts.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Kind"/> is another.</exception>
    public IReadOnlyList<string> AsTexts => (IReadOnlyList<string>)Reference(VectorValueKind.Texts);

    /// <summary>The whole number.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Kind"/> is another.</exception>
    public long AsWholeNumber => Bits(VectorValueKind.WholeNumber);

    /// <summary>The floating-point number.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Kind"/> is another.</exception>
    public double AsNumber => BitConverter.Int64BitsToDouble(Bits(VectorValueKind.Number));

    /// <summary>The truth value.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Kind"/> is another.</exception>
    public bool AsBoolean => Bits(VectorValueKind.Boolean) != 0;

    /// <summary>Makes a value of a text.</summary>
    /// <param name="value">The text, at most <see cref="MaxTextLength"/> characters, well-formed and without U+0000. It may be empty.</param>
    public static implicit operator VectorValue(string value) => FromString(value);

    /// <summary>Makes a value of a whole number.</summary>
    /// <param name="value">The number, of a magnitude of at most <see cref="MaxWholeNumber"/>.</param>
    public static implicit operator VectorValue(long value) => FromInt64(value);

    /// <summary>Makes a value of a floating-point number.</summary>
    /// <param name="value">The number, finite.</param>
    public static implicit operator VectorValue(double value) => FromDouble(value);

    /// <summary>Makes a value of a truth value.</summary>
    /// <param name="value">The truth value.</param>
    public static implicit operator VectorValue(bool value) => FromBoolean(value);

    /// <summary>Compares two values.</summary>
    /// <param name="left">The one value.</param>
    /// <param name="right">The other value.</param>
    /// <returns>Whether kind and content are equal.</returns>
    public static bool operator ==(VectorValue left, VectorValue right) => left.Equals(right);

    /// <summary>Compares two values.</summary>
    /// <param name="left">The one value.</param>
    /// <param name="right">The other value.</param>
    /// <returns>Whether kind or content differ.</returns>
    public static bool operator !=(VectorValue left, VectorValue right) => !left.Equals(right);

    /// <summary>Makes a value of a text.</summary>
    /// <param name="value">The text, at most <see cref="MaxTextLength"/> characters, well-formed and without U+0000. It may be empty.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentException"><paramref name="value"/> is null, too long or holds what no store can keep.</exception>
    public static VectorValue FromString(string value) =>
        new(VectorValueKind.Text, PropertyValue.Text(value, MaxTextLength, nameof(value)), bits: 0);

    /// <summary>Makes a value of several texts.</summary>
    /// <param name="values">At most <see cref="MaxTexts"/> texts, each as for <see cref="FromString"/>. They are copied.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentException">There are too many, or one is null, too long or holds what no store can keep.</exception>
    public static VectorValue FromStrings(params IEnumerable<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var texts = values.ToArray();
        if (texts.Length > MaxTexts)
        {
            throw new ArgumentException($"The value has {texts.Length} texts. Give at most {MaxTexts}.", nameof(values));
        }

        foreach (var text in texts)
        {
            PropertyValue.Text(text, MaxTextLength, nameof(values));
        }

        return new VectorValue(VectorValueKind.Texts, Array.AsReadOnly(texts), bits: 0);
    }

    /// <summary>Makes a value of a whole number.</summary>
    /// <param name="value">The number, of a magnitude of at most <see cref="MaxWholeNumber"/>.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is out of range.</exception>
    public static VectorValue FromInt64(long value) =>
        new(VectorValueKind.WholeNumber, reference: null, PropertyValue.InRange(value, -MaxWholeNumber, MaxWholeNumber, nameof(value)));

    /// <summary>Makes a value of a floating-point number.</summary>
    /// <param name="value">The number, finite.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is NaN or infinite.</exception>
    public static VectorValue FromDouble(double value) =>
        new(VectorValueKind.Number, reference: null, BitConverter.DoubleToInt64Bits(
            PropertyValue.Valid(value, double.IsFinite(value), nameof(value), "is NaN or infinite. Give a finite number.")));

    /// <summary>Makes a value of a truth value.</summary>
    /// <param name="value">The truth value.</param>
    /// <returns>The value.</returns>
    public static VectorValue FromBoolean(bool value) => new(VectorValueKind.Boolean, reference: null, value ? 1 : 0);

    /// <inheritdoc/>
    public bool Equals(VectorValue other)
    {
        if (Kind != other.Kind)
        {
            return false;
        }

        return Kind switch
        {
            VectorValueKind.Text => string.Equals(AsText, other.AsText, StringComparison.Ordinal),
            VectorValueKind.Texts => AsTexts.SequenceEqual(other.AsTexts, StringComparer.Ordinal),
            VectorValueKind.Number => AsNumber.Equals(other.AsNumber),
            _ => _bits == other._bits,
        };
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is VectorValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Kind switch
    {
        VectorValueKind.Text => StringComparer.Ordinal.GetHashCode(AsText),
        VectorValueKind.Texts => AsTexts.Count,
        VectorValueKind.Number => AsNumber.GetHashCode(),
        _ => HashCode.Combine(Kind, _bits),
    };

    /// <summary>Names the kind only: a value can be what is private.</summary>
    /// <returns>The kind's name.</returns>
    public override string ToString() => Kind.ToString();

    private object Reference(VectorValueKind kind) => Kind == kind ? _reference! : throw WrongKind(kind);

    private long Bits(VectorValueKind kind) => Kind == kind ? _bits : throw WrongKind(kind);

    private InvalidOperationException WrongKind(VectorValueKind asked) =>
        new($"The value is of kind {Kind}, not {asked}. Look at {nameof(Kind)} first.");
}
