using Quickstart.Embedding;

namespace Quickstart.Display;

/// <summary>Finds the part of a chunk that has the most words of a question.</summary>
internal static class Excerpt
{
    private const int MaxLength = 220;

    public static string Of(string text, string question)
    {
        var words = Words(question);
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (line.Length <= MaxLength)
        {
            return line;
        }

        var starts = Enumerable.Range(0, line.Length - MaxLength + 1).Where(at => at == 0 || line[at - 1] == ' ');
        var start = starts.MaxBy(at => CountWords(line.AsSpan(at, MaxLength), words));
        var end = start + MaxLength;
        return (start > 0 ? "… " : "") + (end < line.Length ? WholeWords(line[start..end]) + " …" : line[start..]);
    }

    /// <summary>The share of a question's words that a text has, 0 to 1.</summary>
    public static double ShareOfWords(string text, string question)
    {
        var words = Words(question);
        return words.Count == 0 ? 0 : (double)CountWords(text, words) / words.Count;
    }

    private static string WholeWords(string part) => part.LastIndexOf(' ') is > MaxLength / 2 and var space ? part[..space] : part;

    private static int CountWords(ReadOnlySpan<char> part, List<string> words)
    {
        var count = 0;
        foreach (var word in words)
        {
            if (part.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                count++;
            }
        }

        return count;
    }

    private static List<string> Words(string question)
    {
        var words = new List<string>();
        var reader = new WordReader(question, stackalloc char[WordReader.MaxLength]);
        while (reader.TryRead(out var word))
        {
            if (!StopWords.Contains(word))
            {
                words.Add(word.ToString());
            }
        }

        return words;
    }
}
