using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pipeline.Caching;

/// <summary>Takes a text apart into words, numbers, literals and signs. Punctuation and white space are dropped.</summary>
internal sealed class TextTokenizer
{
    private const string TrimmedStart = "([{<'*_";
    private const string TrimmedEnd = ".,;:!?)]}>'*_…";

    // What makes a run of characters more than a word: addresses, paths, names in programs.
    private static readonly SearchValues<char> LiteralSigns = SearchValues.Create("@_/\\#+<>=&|~^*{}[]");
    private static readonly SearchValues<char> Operators = SearchValues.Create("<>=+*/#&|~^%!-");
    private static readonly SearchValues<char> DigitsAndSeparators = SearchValues.Create("0123456789/.-:,");

    private readonly List<TextToken> _tokens = [];
    private bool _startsSentence = true;

    private TextTokenizer()
    {
    }

    public static List<TextToken> Tokenize(string text)
    {
        var tokenizer = new TextTokenizer();
        tokenizer.Add(text);
        return tokenizer._tokens;
    }

    private void Add(string text)
    {
        for (var position = 0; position < text.Length;)
        {
            if (char.IsWhiteSpace(text[position]))
            {
                position++;
                continue;
            }

            var length = QuotedLength(text, position);
            if (length > 0)
            {
                AddLiteral(text.AsSpan(position + 1, length - 2).Trim());
            }
            else
            {
                length = RunLength(text, position);
                AddRun(text.AsSpan(position, length));
            }

            position += length;
        }
    }

    /// <summary>The length of a quotation with its marks, or 0. An apostrophe opens one only before a word, and closes one only after it.</summary>
    private static int QuotedLength(string text, int start)
    {
        var isSingle = text[start] is '\'' or '‘';
        if (!IsDoubleQuote(text[start]) && !isSingle && text[start] != '`')
        {
            return 0;
        }

        for (var end = start + 2; end < text.Length; end++)
        {
            var closes = isSingle
                ? text[end] is '\'' or '’' && (end + 1 == text.Length || !char.IsLetterOrDigit(text[end + 1]))
                : text[start] == '`' ? text[end] == '`' : IsDoubleQuote(text[end]);
            if (closes)
            {
                return end - start + 1;
            }
        }

        return 0;
    }

    private static bool IsDoubleQuote(char c) => c is '"' or '“' or '”' or '„' or '«' or '»';

    private static int RunLength(string text, int start)
    {
        var end = start + 1;
        while (end < text.Length && !char.IsWhiteSpace(text[end]) && !IsDoubleQuote(text[end]))
        {
            end++;
        }

        return end - start;
    }

    private void AddRun(ReadOnlySpan<char> run)
    {
        var bare = run.TrimStart(TrimmedStart).TrimEnd(TrimmedEnd);
        if (!run.ContainsAnyExcept(Operators))
        {
            AddOperator(run);
        }
        else if (IsLiteral(bare))
        {
            AddLiteral(bare);
        }
        else
        {
            AddParts(bare.IsEmpty ? run : bare);
        }

        _startsSentence = run[^1] is '.' or '!' or '?' or ':' or ';';
    }

    private void AddLiteral(ReadOnlySpan<char> text)
    {
        _tokens.Add(new TextToken(TokenKind.Literal, Folded(text)));
        _startsSentence = false;
    }

    /// <summary>A dash between words is punctuation, and behind a number a minus. An exclamation mark by itself means nothing here.</summary>
    private void AddOperator(ReadOnlySpan<char> run)
    {
        var isPunctuation = !run.ContainsAnyExcept('!') || (!run.ContainsAnyExcept('-') && _tokens is not [.., { Kind: TokenKind.Number }]);
        if (!isPunctuation)
        {
            _tokens.Add(new TextToken(TokenKind.Sign, run.ToString()));
        }
    }

    private static bool IsLiteral(ReadOnlySpan<char> run) =>
        (run.IndexOfAny(LiteralSigns) >= 0 && run.ContainsAnyExcept(DigitsAndSeparators)) || HasInnerCapital(run) || HasDigitAfterLetter(run) || HasInnerDots(run);

    private static bool HasInnerCapital(ReadOnlySpan<char> run)
    {
        for (var i = 1; i < run.Length; i++)
        {
            if (char.IsUpper(run[i]) && char.IsLower(run[i - 1]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>"v2" and "JIRA-1042". Not a unit behind its number: "5kg", "10am".</summary>
    private static bool HasDigitAfterLetter(ReadOnlySpan<char> run)
    {
        var hasLetter = false;
        foreach (var c in run)
        {
            if (hasLetter && char.IsAsciiDigit(c))
            {
                return true;
            }

            hasLetter |= char.IsLetter(c);
        }

        return false;
    }

    /// <summary>"example.com" and "2.10.1", but not "3.5".</summary>
    private static bool HasInnerDots(ReadOnlySpan<char> run)
    {
        var dots = run.Count('.');
        return dots > 1 || (dots == 1 && char.IsLetter(run[0]));
    }

    private void AddParts(ReadOnlySpan<char> run)
    {
        var followsHyphen = false;
        for (var position = 0; position < run.Length;)
        {
            var c = run[position];
            int length;
            if (char.IsAsciiDigit(c) || (c == '-' && position == 0 && run.Length > 1 && char.IsAsciiDigit(run[1])))
            {
                length = AddNumber(run[position..]);
            }
            else if (char.IsLetter(c) || char.IsDigit(c))
            {
                length = AddWord(run[position..], followsHyphen);
            }
            else
            {
                length = AddSign(run, position);
            }

            followsHyphen = length == 1 && c is '-' or '‐' or '‑';
            position += length;
        }
    }

    /// <summary>A number, with commas between thousands and a point before fractions.</summary>
    private int AddNumber(ReadOnlySpan<char> run)
    {
        var digits = new StringBuilder();
        digits.Append(run[0]);
        var position = 1;
        for (var hasPoint = false; position < run.Length; position++)
        {
            var c = run[position];
            if (c == '.' && !hasPoint && position + 1 < run.Length && char.IsAsciiDigit(run[position + 1]))
            {
                hasPoint = true;
            }
            else if (c == ',' && !hasPoint && StartsWithThousand(run[(position + 1)..]))
            {
                continue;
            }
            else if (!char.IsAsciiDigit(c))
            {
                break;
            }

            digits.Append(c);
        }

        _tokens.Add(new TextToken(TokenKind.Number, Shortest(digits.ToString())));
        _startsSentence = false;
        return position;
    }

    private static bool StartsWithThousand(ReadOnlySpan<char> rest) =>
        rest.Length >= 3 && !rest[..3].ContainsAnyExceptInRange('0', '9') && (rest.Length == 3 || !char.IsAsciiDigit(rest[3]));

    private static string Shortest(string digits) =>
        decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number.ToString("0.############################", CultureInfo.InvariantCulture)
            : digits;

    private int AddWord(ReadOnlySpan<char> run, bool followsHyphen)
    {
        var length = 1;
        while (length < run.Length && (char.IsLetterOrDigit(run[length]) || IsCombining(run[length]) || IsApostrophe(run, length)))
        {
            length++;
        }

        AddContracted(Folded(run[..length]).Replace('’', '\''), isName: char.IsUpper(run[0]) && !_startsSentence, followsHyphen);
        _startsSentence = false;
        return length;
    }

    private static bool IsCombining(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static bool IsApostrophe(ReadOnlySpan<char> run, int place) =>
        run[place] is '\'' or '’' && place + 1 < run.Length && char.IsLetter(run[place + 1]);

    /// <summary>"can't" is "can not", as "cannot" is; the ends of "it's", "we're" and "France's" mean little, as does the "l'" of French.</summary>
    private void AddContracted(string word, bool isName, bool followsHyphen)
    {
        if (WordLists.Contractions.TryGetValue(word, out var verb) || word.EndsWith("n't", StringComparison.Ordinal))
        {
            _tokens.Add(new TextToken(TokenKind.Word, verb ?? word[..^3], isName, followsHyphen));
            _tokens.Add(new TextToken(TokenKind.Word, "not"));
            return;
        }

        var apostrophe = word.IndexOf('\'', StringComparison.Ordinal);
        if (apostrophe == 1)
        {
            word = word[2..];
        }
        else if (apostrophe > 1 && word.Length - apostrophe <= 3)
        {
            word = word[..apostrophe];
        }

        _tokens.Add(new TextToken(TokenKind.Word, word, isName, followsHyphen));
    }

    private int AddSign(ReadOnlySpan<char> run, int position)
    {
        Rune.DecodeFromUtf16(run[position..], out var rune, out var length);
        var separatesDigits = position > 0 && position + 1 < run.Length && char.IsAsciiDigit(run[position - 1]) && char.IsAsciiDigit(run[position + 1]);
        if (separatesDigits
            || rune.Value is '%' or '°' or '‰'
            || Rune.GetUnicodeCategory(rune) is UnicodeCategory.CurrencySymbol or UnicodeCategory.MathSymbol or UnicodeCategory.OtherSymbol)
        {
            _tokens.Add(new TextToken(TokenKind.Sign, rune.ToString()));
        }

        return length;
    }

    private static string Folded(ReadOnlySpan<char> text)
    {
        var folded = new char[text.Length];
        text.ToLowerInvariant(folded);
        return new string(folded);
    }
}
