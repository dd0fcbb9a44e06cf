namespace Quickstart.Embedding;

/// <summary>Reads the words of a text in lower case. A name in camel case is read as its parts.</summary>
/// <param name="text">The text.</param>
/// <param name="buffer">Where each word stands until the next one is read; <see cref="MaxLength"/> long.</param>
internal ref struct WordReader(ReadOnlySpan<char> text, Span<char> buffer)
{
    /// <summary>What is longer is no word, and is cut.</summary>
    public const int MaxLength = 40;

    private readonly Span<char> _buffer = buffer;
    private ReadOnlySpan<char> _rest = text;

    public bool TryRead(out ReadOnlySpan<char> word)
    {
        var start = 0;
        while (start < _rest.Length && !char.IsLetterOrDigit(_rest[start]))
        {
            start++;
        }

        var length = 0;
        var end = start;
        while (end < _rest.Length && char.IsLetterOrDigit(_rest[end]) && (end == start || !IsBorder(_rest[end - 1], _rest[end])))
        {
            if (length < MaxLength)
            {
                _buffer[length++] = char.ToLowerInvariant(_rest[end]);
            }

            end++;
        }

        _rest = _rest[end..];
        word = _buffer[..length];
        return length > 0;
    }

    private static bool IsBorder(char left, char right) => char.IsLower(left) && char.IsUpper(right);
}
