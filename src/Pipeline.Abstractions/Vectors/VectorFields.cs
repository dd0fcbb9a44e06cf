using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;

namespace Pipeline.Vectors;

/// <summary>The rules for the fields of a payload.</summary>
/// <remarks>Thread safe.</remarks>
public static class VectorFields
{
    /// <summary>The greatest length of a field's name: 64.</summary>
    public const int MaxNameLength = 64;

    /// <summary>The greatest number of fields of one payload: 64.</summary>
    public const int MaxCount = 64;

    /// <summary>No fields.</summary>
    public static IReadOnlyDictionary<string, VectorValue> None => ReadOnlyDictionary<string, VectorValue>.Empty;

    /// <summary>
    /// Returns if a field may have this name, and throws otherwise: 1 to <see cref="MaxNameLength"/> of the letters a to z and A to Z, digits,
    /// <c>_</c> and <c>-</c>, which no store takes for a path or an operator.
    /// </summary>
    /// <param name="name">The field's name.</param>
    /// <param name="argument">The name of the caller's argument, for the message.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or not such a name.</exception>
    public static void ThrowIfInvalidName(string name, [CallerArgumentExpression(nameof(name))] string? argument = null)
    {
        ArgumentNullException.ThrowIfNull(name, argument);
        if (name.Length is 0 or > MaxNameLength || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        {
            throw new ArgumentException(
                $"A field's name is not as it must be. Give 1 to {MaxNameLength} of the letters a to z and A to Z, digits, '_' and '-'.", argument);
        }
    }

    internal static ReadOnlyDictionary<string, VectorValue> Copy(IReadOnlyDictionary<string, VectorValue> payload, string property)
    {
        ArgumentNullException.ThrowIfNull(payload, property);
        if (payload.Count > MaxCount)
        {
            throw new ArgumentException($"{property} has {payload.Count} fields. Give at most {MaxCount}.", property);
        }

        var copy = new Dictionary<string, VectorValue>(payload.Count, StringComparer.Ordinal);
        foreach (var (name, value) in payload)
        {
            ThrowIfInvalidName(name, property);
            if (value.Kind == VectorValueKind.None)
            {
                throw new ArgumentException($"The field '{name}' has no value. Give it one, or leave it out.", property);
            }

            copy.Add(name, value);
        }

        return copy.AsReadOnly();
    }
}
