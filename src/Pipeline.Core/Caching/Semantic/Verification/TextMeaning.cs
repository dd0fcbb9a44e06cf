using System.Globalization;

namespace Pipeline.Caching;

/// <summary>What of a text must not differ from another's: its marks by kind, its words that mean something, and their order.</summary>
internal sealed class TextMeaning
{
    private const string OrdinalMark = ".";

    private readonly List<TextToken> _tokens;

    private TextMeaning(List<TextToken> tokens) => _tokens = tokens;

    public List<string> Numbers { get; } = [];

    public List<string> Negations { get; } = [];

    public List<string> Dates { get; } = [];

    public List<string> Units { get; } = [];

    public List<string> Quantities { get; } = [];

    public List<string> Signs { get; } = [];

    public List<string> Questions { get; } = [];

    /// <summary>Whether the text asks for yes or no.</summary>
    public bool IsYesOrNo { get; private set; }

    /// <summary>Whether the text asks for something else.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Words with a capital, identifiers, addresses, quotations.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>Everything as it stands, word by word.</summary>
    public List<string> All { get; } = [];

    /// <summary>The forms of the words that are neither marks nor fillers, in their order.</summary>
    public List<string> Content { get; } = [];

    /// <summary>All whose order matters, in its order.</summary>
    public List<string> Ordered { get; } = [];

    public static TextMeaning Of(string text)
    {
        var meaning = new TextMeaning(TextTokenizer.Tokenize(text));
        for (var i = 0; i < meaning._tokens.Count;)
        {
            i += meaning.Add(i);
        }

        meaning.FindKindOfQuestion();
        return meaning;
    }

    private void FindKindOfQuestion()
    {
        var words = All.SkipWhile(static word => word is "hi" or "hello" or "hey" or "please").ToList();
        IsOpen = !words.Contains("whether") && (Questions.Count > 0 || words.Exists(static word => word is "what" or "which" or "whats" or "much" or "many"));
        IsYesOrNo = !IsOpen && (words.Contains("whether") || (words.Count > 1 && WordLists.Auxiliaries.Contains(words[0]) && words[1] is not "you"));
    }

    /// <returns>How many tokens were taken.</returns>
    private int Add(int place)
    {
        var token = _tokens[place];
        All.Add(token.Text);
        if (token.IsName && !WordLists.Fillers.Contains(token.Text) && !WordLists.Questions.ContainsKey(token.Text))
        {
            Names.Add(token.Text);
        }

        switch (token.Kind)
        {
            case TokenKind.Number:
                return AddNumber(place);
            case TokenKind.Literal:
                Names.Add(token.Text);
                AddContent(token.Text);
                return 1;
            case TokenKind.Sign:
                Mark(WordLists.Units.TryGetValue(token.Text, out var unit) ? Units : Signs, unit ?? token.Text);
                return 1;
            default:
                return IsNumberWord(place) ? AddNumberWords(place) : AddWord(place, token);
        }
    }

    /// <summary>Digits, and what makes them thousands: "5 million".</summary>
    private int AddNumber(int place)
    {
        var text = _tokens[place].Text;
        var taken = 1;
        while (place + taken < _tokens.Count && WordLists.Multipliers.TryGetValue(_tokens[place + taken].Text, out var multiplier)
            && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number < 1_000_000_000_000m)
        {
            text = (number * multiplier).ToString("0.############################", CultureInfo.InvariantCulture);
            taken++;
        }

        if (place + taken < _tokens.Count && WordLists.OrdinalEndings.Contains(_tokens[place + taken].Text))
        {
            text += OrdinalMark;
            taken++;
        }

        Mark(Numbers, text);
        return taken;
    }

    /// <summary>"one" is a number before a thing, and not in "the best one".</summary>
    private bool IsNumberWord(int place)
    {
        var word = _tokens[place].Text;
        if (word is "one")
        {
            return place + 1 < _tokens.Count && !WordLists.Fillers.Contains(_tokens[place + 1].Text);
        }

        return WordLists.SmallNumbers.ContainsKey(word) || WordLists.Ordinals.ContainsKey(word)
            || (WordLists.Multipliers.ContainsKey(word) && word is not "k") || (word is "second" && !BehindNumber(place));
    }

    /// <summary>"two hundred twenty-one" is one number, "twenty-first" too.</summary>
    private int AddNumberWords(int place)
    {
        var (total, part, taken) = (0L, 0L, 0);
        for (; place + taken < _tokens.Count; taken++)
        {
            var word = _tokens[place + taken].Text;
            if ((WordLists.Ordinals.TryGetValue(word, out var ordinal) || (word is "second" && taken == 0)) && HasRoom(part, ordinal))
            {
                Mark(Numbers, (total + part + (ordinal == 0 ? 2 : ordinal)).ToString(CultureInfo.InvariantCulture) + OrdinalMark);
                return taken + 1;
            }

            if (WordLists.SmallNumbers.TryGetValue(word, out var small) && HasRoom(part, small))
            {
                part += small;
            }
            else if (WordLists.Multipliers.TryGetValue(word, out var multiplier) && part < 1_000_000 && total < 1_000_000_000_000)
            {
                part = Math.Max(part, 1) * multiplier;
                (total, part) = multiplier >= 1_000 ? (total + part, 0) : (total, part);
            }
            else
            {
                break;
            }
        }

        Mark(Numbers, (total + part).ToString(CultureInfo.InvariantCulture));
        return Math.Max(taken, 1);
    }

    /// <summary>"twenty one" is one number, "twenty twenty" and "one twenty" are two.</summary>
    private static bool HasRoom(long part, int small) => part % 100 == 0 || (part % 100 >= 20 && part % 10 == 0 && small < 10);

    private int AddWord(int place, TextToken token)
    {
        var word = token.Text;
        if (token.FollowsHyphen && word is "free")
        {
            Mark(Negations, "not");
        }
        else if (WordLists.Negations.TryGetValue(word, out var negation))
        {
            Mark(Negations, negation);
        }
        else if (WordLists.Units.TryGetValue(word, out var unit) && (!WordLists.UnitsBehindNumbers.Contains(word) || BehindNumber(place)))
        {
            Mark(Units, unit);
        }
        else if (WordLists.Dates.TryGetValue(word, out var date))
        {
            Mark(Dates, date);
        }
        else if (word is "this" && place + 1 < _tokens.Count && IsTime(_tokens[place + 1].Text))
        {
            Mark(Dates, word);
        }
        else if (WordLists.Quantities.TryGetValue(word, out var quantity))
        {
            Mark(Quantities, quantity);
        }
        else if (word is "have" or "has" && place + 1 < _tokens.Count && _tokens[place + 1].Is("to"))
        {
            Mark(Quantities, "must");
        }
        else if (WordLists.Questions.TryGetValue(word, out var question))
        {
            // "How much" asks for what "what" asks for.
            if (place + 1 == _tokens.Count || _tokens[place + 1].Text is not ("much" or "many"))
            {
                Questions.Add(question);
            }
        }
        else if (!IsFiller(place))
        {
            AddContent(WordForms.StemOf(word));
        }
        else if (WordLists.Directions.Contains(word))
        {
            Ordered.Add(word);
        }

        return 1;
    }

    private bool IsFiller(int place) =>
        WordLists.Fillers.Contains(_tokens[place].Text)
        || (WordLists.Wishes.Contains(_tokens[place].Text) && place > 0 && _tokens[place - 1].Text is "i" or "we" or "you" or "would" or "to");

    private bool BehindNumber(int place) =>
        place > 0 && (_tokens[place - 1].Kind is TokenKind.Number or TokenKind.Sign || WordLists.SmallNumbers.ContainsKey(_tokens[place - 1].Text));

    private static bool IsTime(string word) => WordLists.Dates.ContainsKey(word) || WordLists.Units.ContainsKey(word);

    private void Mark(List<string> marks, string mark)
    {
        marks.Add(mark);
        Ordered.Add(mark);
    }

    private void AddContent(string word)
    {
        Content.Add(word);
        Ordered.Add(word);
    }
}
