using System.Collections.Frozen;

namespace Quickstart.Embedding;

/// <summary>English words that stand in every text, and so tell none from another.</summary>
internal static class StopWords
{
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Words =
        """
        a about after all also an and any are as at be because been before but by can could did do does for from get given gives had has
        have how i if in into is it its just may more most must no not of on once one only or other our out over should so some such than
        that the their them then there these they this those to too under until up use used uses using was we were what when where which
        while who whom whose why will with without would you your
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .ToFrozenSet(StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();

    public static bool Contains(ReadOnlySpan<char> word) => Words.Contains(word);
}
