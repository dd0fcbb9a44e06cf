using System.Globalization;

namespace Pipeline.Learning;

/// <summary>The words by which texts are compared, so that every store of learnings finds the same ones.</summary>
/// <remarks>For the authors of backends. Thread safe.</remarks>
public static class RecallWords
{
    /// <summary>
    /// Finds the different words of a text: runs of letters, digits and the marks on them (the Unicode categories L, M without Me, and N), in upper case, so that case
    /// does not matter.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <returns>The words, each once; empty where the text has none. They compare ordinally.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is <see langword="null"/>.</exception>
    public static IReadOnlySet<string> Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = new HashSet<string>(StringComparer.Ordinal);
        var start = 0;
        while (start < text.Length)
        {
            var length = LengthOfWord(text, start);
            if (length > 0)
            {
                words.Add(text.Substring(start, length).ToUpperInvariant());
            }

            start += length + LengthOfCharacter(text, start + length);
        }

        return words;
    }

    /// <summary>Computes the similarity by text: the share of the query's words that the finding holds.</summary>
    /// <param name="held">How many of the query's different words the finding holds.</param>
    /// <param name="words">How many different words the query has.</param>
    /// <returns>0 to 1; 0 where the query has no words.</returns>
    public static double Similarity(int held, int words) => (double)held / Math.Max(1, words);

    private static int LengthOfWord(string text, int start)
    {
        var end = start;
        while (end < text.Length && IsPartOfWord(CharUnicodeInfo.GetUnicodeCategory(text, end)))
        {
            end += LengthOfCharacter(text, end);
        }

        return end - start;
    }

    private static int LengthOfCharacter(string text, int at) => at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;

    private static bool IsPartOfWord(UnicodeCategory category) => category is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
        or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber
        or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
}
