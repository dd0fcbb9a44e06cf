using System.Globalization;

namespace Pipeline.Learning;

/// <summary>The words of a text: runs of letters, digits and the marks on them, in upper case, so that case does not matter.</summary>
internal static class Words
{
    /// <summary>The different words of a text.</summary>
    public static HashSet<string> Of(string text)
    {
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
