using System.Globalization;
using System.Numerics;
using System.Text;

namespace Pipeline.Caching.Keys;

/// <summary>Writes a tree as JSON, spelt as chance has it: order of properties, white space, escapes, and forms of numbers.</summary>
internal sealed class JsonSpelling(int seed)
{
    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();

    public static string Of(JsonTree tree, int seed)
    {
        var spelling = new JsonSpelling(seed);
        spelling.Write(tree);
        return spelling._text.ToString();
    }

    private void Write(JsonTree tree)
    {
        Space();
        switch (tree)
        {
            case JsonTree.Literal literal:
                _text.Append(literal.Name);
                break;
            case JsonTree.Number number:
                WriteNumber(number.Digits, number.Exponent);
                break;
            case JsonTree.Text text:
                WriteText(text.Value);
                break;
            case JsonTree.List list:
                WriteAll('[', list.Items, Write, ']');
                break;
            case JsonTree.Object { Properties: var properties }:
                var shuffled = properties.ToArray();
                _random.Shuffle(shuffled);
                WriteAll('{', shuffled, WriteProperty, '}');
                break;
        }

        Space();
    }

    private void WriteProperty(KeyValuePair<string, JsonTree> property)
    {
        Space();
        WriteText(property.Key);
        Space();
        _text.Append(':');
        Write(property.Value);
    }

    private void WriteAll<T>(char open, IReadOnlyList<T> items, Action<T> write, char close)
    {
        _text.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                _text.Append(',');
            }

            write(items[i]);
        }

        Space();
        _text.Append(close);
    }

    private void WriteText(string value)
    {
        _text.Append('"');
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\' or < ' ' || _random.Next(4) == 0)
            {
                WriteEscaped(rune.ToString());
            }
            else
            {
                _text.Append(rune.ToString());
            }
        }

        _text.Append('"');
    }

    private void WriteEscaped(string units)
    {
        foreach (var unit in units)
        {
            _text.Append("\\u").Append(((int)unit).ToString(_random.Next(2) == 0 ? "x4" : "X4", CultureInfo.InvariantCulture));
        }
    }

    private void WriteNumber(BigInteger digits, int exponent)
    {
        var zeros = _random.Next(4);
        var all = BigInteger.Abs(digits).ToString(CultureInfo.InvariantCulture) + new string('0', zeros);
        exponent -= zeros;
        if (digits.Sign < 0 || (digits.IsZero && _random.Next(2) == 0))
        {
            _text.Append('-');
        }

        // The point anywhere among the digits, or before them all.
        var point = _random.Next(0, all.Length + 1);
        exponent += all.Length - point;
        var whole = point == 0 || digits.IsZero ? "0" : all[..point];
        _text.Append(whole);
        if (point < all.Length)
        {
            _text.Append('.').Append(all, point, all.Length - point);
        }

        if (exponent != 0 || _random.Next(2) == 0)
        {
            _text.Append(_random.Next(2) == 0 ? 'e' : 'E');
            _text.Append(exponent < 0 ? "-" : _random.Next(2) == 0 ? "+" : "");
            _text.Append('0', _random.Next(3)).Append(Math.Abs(exponent).ToString(CultureInfo.InvariantCulture));
        }
    }

    private void Space()
    {
        if (_random.Next(5) == 0)
        {
            _text.Append(" \t\r\n"[_random.Next(4)]);
        }
    }
}
