namespace Quickstart.Documents;

/// <summary>Cuts a text into chunks: where a paragraph ends if it can, else where a line, a sentence or a word ends.</summary>
internal static class Chunker
{
    /// <summary>Long enough for a thought, short enough that its embedding is about one.</summary>
    public const int MaxLength = 1_200;

    private static readonly string[] Breaks = ["\n\n", "\n", ". ", " "];

    public static IReadOnlyList<Chunk> Split(string text)
    {
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        var chunks = new List<Chunk>();
        var line = 1;
        for (var start = 0; start < lines.Length;)
        {
            var piece = lines.AsSpan(start, LengthOfNext(lines.AsSpan(start)));
            var leading = piece.Length - piece.TrimStart().Length;
            if (leading < piece.Length)
            {
                chunks.Add(new Chunk(line + piece[..leading].Count('\n'), piece.Trim().ToString()));
            }

            line += piece.Count('\n');
            start += piece.Length;
        }

        return chunks;
    }

    private static int LengthOfNext(ReadOnlySpan<char> rest)
    {
        if (rest.Length <= MaxLength)
        {
            return rest.Length;
        }

        // A break in the first half would make chunks too small to mean anything.
        const int Shortest = MaxLength / 2;
        foreach (var mark in Breaks)
        {
            var at = rest[Shortest..MaxLength].LastIndexOf(mark, StringComparison.Ordinal);
            if (at >= 0)
            {
                return Shortest + at + mark.Length;
            }
        }

        return char.IsHighSurrogate(rest[MaxLength - 1]) ? MaxLength - 1 : MaxLength;
    }
}
