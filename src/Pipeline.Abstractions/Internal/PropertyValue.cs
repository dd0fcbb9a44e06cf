using System.Diagnostics.CodeAnalysis;
using Pipeline.Backends;

namespace Pipeline.Internal;

/// <summary>Checks the value that a property is given, and hands it back, so that a value type is valid from the moment it is made.</summary>
internal static class PropertyValue
{
    public static T NotNull<T>([NotNull] T? value, string property)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value, property);
        return value;
    }

    public static string Name([NotNull] string? value, string property)
    {
        StoredName.ThrowIfInvalid(value, property);
        return value;
    }

    public static string? OptionalName(string? value, string property) => value is null ? null : Name(value, property);

    public static TEnum Defined<TEnum>(TEnum value, string property)
        where TEnum : struct, Enum =>
        Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(property, value, $"{property} is not a {typeof(TEnum).Name}. Give one of its named values.");

    public static T Valid<T>(T value, bool isValid, string property, string problem) =>
        isValid ? value : throw new ArgumentOutOfRangeException(property, value, $"{property} {problem}");

    public static T InRange<T>(T value, T min, T max, string property)
        where T : IComparable<T> =>
        value.CompareTo(min) >= 0 && value.CompareTo(max) <= 0
            ? value
            : throw new ArgumentOutOfRangeException(property, value, $"{property} is out of range. Give a value from {min} to {max}.");

    /// <summary>A text that every store can keep: bounded, well-formed, and without the NUL that PostgreSQL refuses.</summary>
    public static string Text([NotNull] string? value, int maxLength, string property)
    {
        ArgumentNullException.ThrowIfNull(value, property);
        return FindTextProblem(value, maxLength) is { } problem ? throw new ArgumentException($"{property} {problem}", property) : value;
    }

    public static string NonBlankText([NotNull] string? value, int maxLength, string property)
    {
        ArgumentNullException.ThrowIfNull(value, property);
        return string.IsNullOrWhiteSpace(value)
            ? throw new ArgumentException($"{property} is empty or white space. Give a text.", property)
            : Text(value, maxLength, property);
    }

    public static ReadOnlyMemory<float> Vector(ReadOnlyMemory<float> value, int maxDimension, string property)
    {
        if (value.IsEmpty || value.Length > maxDimension)
        {
            throw new ArgumentException($"{property} has {value.Length} components. Give 1 to {maxDimension}.", property);
        }

        var components = value.Span;
        for (var i = 0; i < components.Length; i++)
        {
            if (!float.IsFinite(components[i]))
            {
                throw new ArgumentException($"{property} holds NaN or infinity at position {i}. Give finite components.", property);
            }
        }

        return value;
    }

    /// <summary>UTC, cut to the microsecond: PostgreSQL keeps no more, and all stores must keep alike.</summary>
    public static DateTimeOffset Time(DateTimeOffset value) =>
        new(value.UtcTicks - (value.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    private static string? FindTextProblem(string value, int maxLength)
    {
        if (value.Length > maxLength)
        {
            return $"is {value.Length} characters long. Give at most {maxLength}.";
        }

        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\0')
            {
                return $"holds the character U+0000 at position {i}. Remove it.";
            }

            if (char.IsSurrogate(value[i]))
            {
                if (i + 1 >= value.Length || !char.IsSurrogatePair(value[i], value[i + 1]))
                {
                    return $"holds half of a surrogate pair at position {i}. Give well-formed Unicode text.";
                }

                i++;
            }
        }

        return null;
    }
}
