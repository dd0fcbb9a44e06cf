using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace Pipeline.Backends;

/// <summary>
/// The one rule for every key and name that the suite stores: 1 to 512 bytes of UTF-8 without control characters.
/// </summary>
/// <remarks>The backends call it at their public edge, so that a bad name is refused alike everywhere. Thread safe.</remarks>
public static class StoredName
{
    /// <summary>The greatest length of a key or name, in bytes of UTF-8: 512.</summary>
    public const int MaxBytes = 512;

    private const int MaxUtf8BytesPerChar = 3;

    private static readonly SearchValues<char> PrintableAscii = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(static code => (char)code)]);

    /// <summary>Returns if <paramref name="value"/> may be stored as a key or name, and throws otherwise.</summary>
    /// <param name="value">The key or name. It does not appear in the exception, since a key can hold what is secret.</param>
    /// <param name="argument">The name of the caller's argument or setting, for the message.</param>
    /// <exception cref="ArgumentNullException"><paramref name="value"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="value"/> is empty, longer than <see cref="MaxBytes"/>, holds a control character, or is not well-formed UTF-16.
    /// </exception>
    public static void ThrowIfInvalid([NotNull] string? value, [CallerArgumentExpression(nameof(value))] string? argument = null)
    {
        ArgumentNullException.ThrowIfNull(value, argument);
        if (FindProblem(value) is { } problem)
        {
            throw new ArgumentException(problem, argument);
        }
    }

    /// <summary>Says what is wrong with a key or name, together with the mend.</summary>
    /// <param name="value">The key or name.</param>
    /// <returns>A sentence for the user, or <see langword="null"/> if <paramref name="value"/> may be stored.</returns>
    public static string? FindProblem(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length == 0)
        {
            return $"The name is empty. Give 1 to {MaxBytes} bytes of UTF-8.";
        }

        // Nearly all names are printable ASCII, which one look tells.
        if (value.Length <= MaxBytes && !value.AsSpan().ContainsAnyExcept(PrintableAscii))
        {
            return null;
        }

        foreach (var c in value)
        {
            if (char.IsControl(c))
            {
                return $"The name holds the control character U+{(int)c:X4}. Remove control characters, or encode the name.";
            }
        }

        return FindLengthProblem(value);
    }

    private static string? FindLengthProblem(string value)
    {
        // The exact count costs a pass over the string, and is needed only where it can matter.
        if (value.Length * MaxUtf8BytesPerChar > MaxBytes)
        {
            var bytes = Encoding.UTF8.GetByteCount(value);
            if (bytes > MaxBytes)
            {
                return $"The name is {bytes} bytes of UTF-8 long. Give at most {MaxBytes}, for instance a hash of it.";
            }
        }

        return HasLoneSurrogate(value)
            ? "The name holds half of a surrogate pair, which has no UTF-8 form. Give well-formed Unicode text."
            : null;
    }

    private static bool HasLoneSurrogate(string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            if (!char.IsSurrogate(value[i]))
            {
                continue;
            }

            if (i + 1 >= value.Length || !char.IsSurrogatePair(value[i], value[i + 1]))
            {
                return true;
            }

            i++;
        }

        return false;
    }
}
