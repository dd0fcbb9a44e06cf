using System.Text;

namespace Pipeline.Learning;

/// <summary>Makes of any text one that a recall can be asked with: what a step is given was not written for it.</summary>
internal static class RecallText
{
    /// <returns>The text, cut to what a query may hold; <see langword="null"/> where there is nothing to go by.</returns>
    public static string? Of(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var clean = new StringBuilder(Math.Min(text.Length, LearningRecord.MaxFindingLength));

        // Half a surrogate pair comes as the replacement character.
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > LearningRecord.MaxFindingLength)
            {
                break;
            }

            clean.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        }

        var words = clean.ToString();
        return string.IsNullOrWhiteSpace(words) ? null : words;
    }
}
