using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace Pipeline.Requests;

/// <summary>The ids of requests: which of the caller's are taken, and how others are made.</summary>
internal static class RequestId
{
    private const int MostCharacters = 200;
    private const int TimeCharacters = 10;
    private const int RandomCharacters = 8;
    private const int MadeCharacters = TimeCharacters + (2 * RandomCharacters);
    private const int BitsPerCharacter = 5;

    // Crockford's base 32: in the order of ASCII, so that ids sort by time.
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_:.");

    /// <summary>Whether a caller's id is taken: a single value of 1 to 200 letters, digits and <c>-_:.</c>.</summary>
    public static bool IsWellFormed(StringValues values) =>
        values.Count == 1 && values[0] is { Length: > 0 and <= MostCharacters } id && !id.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>Makes an id in the form of a ULID: 48 bits of time in milliseconds, 80 random bits. It is unique, and no secret.</summary>
    public static string Make(DateTimeOffset now) => string.Create(MadeCharacters, now.ToUnixTimeMilliseconds(), static (text, milliseconds) =>
    {
        Write(text[..TimeCharacters], milliseconds);
        Write(text[TimeCharacters..(TimeCharacters + RandomCharacters)], Random.Shared.NextInt64());
        Write(text[(TimeCharacters + RandomCharacters)..], Random.Shared.NextInt64());
    });

    /// <summary>Writes the lowest bits of a number, as many as the text has room for.</summary>
    private static void Write(Span<char> text, long bits)
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = Alphabet[(int)bits & (Alphabet.Length - 1)];
            bits >>= BitsPerCharacter;
        }
    }
}
