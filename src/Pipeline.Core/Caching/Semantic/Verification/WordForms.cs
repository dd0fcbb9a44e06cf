using System.Collections.Frozen;

namespace Pipeline.Caching;

/// <summary>Brings the forms of an English word to one: "tickets" and "ticket", "shipping" and "ship". Rough, and the same for both texts.</summary>
internal static class WordForms
{
    private const int ShortestStem = 3;

    private static readonly FrozenDictionary<string, string> Stems = WordLists.Synonyms
        .GroupBy(static word => CutEnding(word.Key), StringComparer.Ordinal)
        .ToFrozenDictionary(static words => words.Key, static words => CutEnding(words.First().Value), StringComparer.Ordinal);

    /// <summary>The form in which words of one meaning are equal.</summary>
    public static string StemOf(string word)
    {
        var stem = CutEnding(word);
        return Stems.GetValueOrDefault(stem, stem);
    }

    /// <summary>Cuts off the ends of plural, past and participle, and the last e: "cause", "caused" and "causing" are one.</summary>
    public static string CutEnding(string word)
    {
        if (EndsWith(word, "ies"))
        {
            word = word[..^3] + "y";
        }
        else if (EndsWith(word, "sses") || EndsWith(word, "xes") || EndsWith(word, "ches") || EndsWith(word, "shes"))
        {
            word = word[..^2];
        }
        else if (EndsWith(word, "s") && word[^2] is not ('s' or 'u' or 'i'))
        {
            word = word[..^1];
        }
        else if (EndsWith(word, "ing"))
        {
            word = Undoubled(word[..^3]);
        }
        else if (EndsWith(word, "ed"))
        {
            word = Undoubled(word[..^2]);
        }

        return word.Length > ShortestStem && word[^1] == 'e' ? word[..^1] : word;
    }

    private static bool EndsWith(string word, string ending) =>
        word.Length >= ShortestStem + ending.Length && word.EndsWith(ending, StringComparison.Ordinal);

    private static string Undoubled(string stem) =>
        stem[^1] == stem[^2] && stem[^1] is not ('l' or 's' or 'e' or 'o') ? stem[..^1] : stem;
}
