namespace Pipeline.Caching;

/// <summary>Finds where two texts mean different things.</summary>
internal static class MeaningComparison
{
    private const int ShortestRemainder = 3;

    /// <returns>The kind of the first difference; <see langword="null"/> where there is none.</returns>
    public static string? FindDifference(TextMeaning left, TextMeaning right)
    {
        if (!AreEqual(left.Numbers, right.Numbers))
        {
            return "numbers";
        }

        if (!AreEqual(left.Negations, right.Negations))
        {
            return "negation";
        }

        if (HaveDifferentNames(left, right))
        {
            return "names";
        }

        if (!AreEqual(left.Dates, right.Dates))
        {
            return "dates";
        }

        if (!AreEqual(left.Units, right.Units))
        {
            return "units";
        }

        return !AreEqual(left.Quantities, right.Quantities) ? "quantities"
            : !AreEqual(left.Signs, right.Signs) ? "signs"
            : AskForOtherThings(left, right) ? "questions"
            : ExcludeEachOther(left, right) ? "opposites"
            : HaveDifferentOrder(left, right) ? "order"
            : HaveDifferentWords(left, right) ? "words"
            : null;
    }

    private static bool AreEqual(List<string> left, List<string> right) => left.SequenceEqual(right, StringComparer.Ordinal);

    /// <summary>What is a name in one text must stand in the other, in the same order, if in small letters.</summary>
    private static bool HaveDifferentNames(TextMeaning left, TextMeaning right)
    {
        var names = new HashSet<string>([.. left.Names, .. right.Names], StringComparer.Ordinal);
        return names.Count > 0 && !AreEqual(left.All.FindAll(names.Contains), right.All.FindAll(names.Contains));
    }

    private static bool AskForOtherThings(TextMeaning left, TextMeaning right) =>
        !AreEqual(left.Questions, right.Questions) || (left.IsYesOrNo && right.IsOpen) || (left.IsOpen && right.IsYesOrNo);

    private static bool ExcludeEachOther(TextMeaning left, TextMeaning right)
    {
        var (onlyLeft, onlyRight) = (Without(left.All, right.All), Without(right.All, left.All));
        return onlyLeft.Exists(one => onlyRight.Exists(other => HaveOppositeForms(one, other) || HaveOppositeForms(other, one)))
            || WordLists.Opposites.Any(group => AreOnTwoSides(group, onlyLeft, onlyRight))
            || HaveDifferentPersons(left, right);
    }

    private static bool AreOnTwoSides(string[] group, List<string> onlyLeft, List<string> onlyRight)
    {
        var leftSides = SidesOf(group, onlyLeft);
        var rightSides = SidesOf(group, onlyRight);
        return leftSides.Count > 0 && rightSides.Count > 0 && !leftSides.Overlaps(rightSides);
    }

    private static HashSet<int> SidesOf(string[] group, List<string> words) => group
        .Index()
        .Where(side => side.Item.Split(' ').Any(member => words.Exists(word =>
            string.Equals(word, member, StringComparison.Ordinal)
            || string.Equals(WordForms.CutEnding(word), WordForms.CutEnding(member), StringComparison.Ordinal))))
        .Select(static side => side.Index)
        .ToHashSet();

    /// <summary>"paid" and "unpaid", "import" and "export", "harmful" and "harmless".</summary>
    private static bool HaveOppositeForms(string one, string other)
    {
        foreach (var (first, second) in WordLists.Suffixes)
        {
            if (TryCut(one, "", first, out var stem) && TryCut(other, "", second, out var otherStem) && string.Equals(stem, otherStem, StringComparison.Ordinal))
            {
                return true;
            }
        }

        var (left, right) = (WordForms.CutEnding(one), WordForms.CutEnding(other));
        return WordLists.Prefixes.Any(prefix =>
            TryCut(left, prefix, "", out var rest)
            && WordLists.Prefixes.Any(second => !string.Equals(prefix, second, StringComparison.Ordinal) && string.Equals(right, second + rest, StringComparison.Ordinal)));
    }

    private static bool TryCut(string word, string prefix, string suffix, out string rest)
    {
        var fits = word.Length >= prefix.Length + suffix.Length + ShortestRemainder
            && word.StartsWith(prefix, StringComparison.Ordinal) && word.EndsWith(suffix, StringComparison.Ordinal);
        rest = fits ? word[prefix.Length..^suffix.Length] : "";
        return fits;
    }

    /// <summary>"Can you see my files?" and "Can I see your files?": where both speak of someone, it must be the same, in the same order.</summary>
    private static bool HaveDifferentPersons(TextMeaning left, TextMeaning right)
    {
        var (persons, others) = (PersonsOf(left.All), PersonsOf(right.All));
        return persons.Count > 0 && others.Count > 0 && !AreEqual(persons, others);
    }

    private static List<string> PersonsOf(List<string> words)
    {
        var persons = new List<string>();
        foreach (var word in words)
        {
            var person = word switch
            {
                "i" or "me" or "my" or "mine" or "myself" or "we" or "us" or "our" or "ours" => "first",
                "you" or "your" or "yours" or "yourself" => "second",
                "he" or "him" or "his" => "he",
                "she" or "her" or "hers" => "she",
                "they" or "them" or "their" or "theirs" => "they",
                _ => null,
            };
            if (person is not null && (persons.Count == 0 || !string.Equals(persons[^1], person, StringComparison.Ordinal)))
            {
                persons.Add(person);
            }
        }

        return persons;
    }

    /// <summary>What both texts have equally often must come in the same order: "euros to dollars", "dollars to euros".</summary>
    private static bool HaveDifferentOrder(TextMeaning left, TextMeaning right)
    {
        var (counts, others) = (CountsOf(left.Ordered), CountsOf(right.Ordered));
        var shared = counts.Where(one => others.GetValueOrDefault(one.Key) == one.Value).Select(static one => one.Key).ToHashSet(StringComparer.Ordinal);
        return !AreEqual(left.Ordered.FindAll(shared.Contains), right.Ordered.FindAll(shared.Contains));
    }

    /// <summary>The words that mean something must be the same. Where there are none, all must be.</summary>
    private static bool HaveDifferentWords(TextMeaning left, TextMeaning right) =>
        !AreEqual(left.Content, right.Content) || (left.Ordered.Count == 0 && !AreEqual(left.All, right.All));

    private static List<string> Without(List<string> words, List<string> others)
    {
        var left = CountsOf(others);
        return words.FindAll(word =>
        {
            var count = left.GetValueOrDefault(word);
            left[word] = count - 1;
            return count <= 0;
        });
    }

    private static Dictionary<string, int> CountsOf(List<string> words)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var word in words)
        {
            counts[word] = counts.GetValueOrDefault(word) + 1;
        }

        return counts;
    }
}
