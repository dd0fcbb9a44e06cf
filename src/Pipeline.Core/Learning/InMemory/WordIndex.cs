using System.Runtime.InteropServices;

namespace Pipeline.Learning;

/// <summary>Which of a tenant's findings hold which words, by the rows of the learnings. Used under the tenant's lock.</summary>
/// <remarks>What is gone stays in it until the rows are made anew.</remarks>
internal sealed class WordIndex
{
    private readonly Dictionary<string, List<int>> _rowsOfWord = new(StringComparer.Ordinal);

    public void Add(LearningEntry entry)
    {
        foreach (var word in RecallWords.Of(entry.Record.Finding))
        {
            ref var rows = ref CollectionsMarshal.GetValueRefOrAddDefault(_rowsOfWord, word, out _);
            (rows ??= []).Add(entry.Row);
        }
    }

    /// <summary>Counts for each row how many words its finding holds.</summary>
    /// <param name="words">Different words.</param>
    /// <param name="counts">A count for each row, zero at first.</param>
    public void Count(IReadOnlyCollection<string> words, Span<ushort> counts)
    {
        foreach (var word in words)
        {
            foreach (var row in CollectionsMarshal.AsSpan(_rowsOfWord.GetValueOrDefault(word)))
            {
                counts[row]++;
            }
        }
    }
}
