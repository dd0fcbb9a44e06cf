using System.Buffers.Text;

namespace Pipeline.Caching;

/// <summary>Writes a JSON number so that equal numbers are written alike, whatever their spelling, and different ones differently.</summary>
/// <remarks>
/// The digits are laid out as ECMAScript's Number::toString does, which RFC 8785 takes over, but all of them are kept: a number that a double
/// cannot hold is not rounded.
/// </remarks>
internal static class CanonicalNumber
{
    // From 10^21 on, and below 10^-6, ECMAScript writes an exponent.
    private const int MaxPointPosition = 21;
    private const int MinPointPosition = -5;
    private const int MaxExponentDigits = 15;
    private const int Margin = 64;

    public static void Write(ReadOnlySpan<byte> token, KeyBuffer output)
    {
        var isNegative = token[0] == (byte)'-';
        var unsigned = isNegative ? token[1..] : token;
        var mantissa = unsigned;
        var exponent = 0L;
        if (unsigned.IndexOfAny((byte)'e', (byte)'E') is >= 0 and var at)
        {
            mantissa = unsigned[..at];
            exponent = ReadExponent(unsigned[(at + 1)..]);
        }

        var span = output.GetSpan(token.Length + Margin);
        Span<byte> digits = token.Length <= Margin ? stackalloc byte[Margin] : new byte[token.Length];
        var pointAt = CopyDigits(mantissa, digits, out var count) + exponent;
        digits = digits[..count];
        if (digits.IsEmpty)
        {
            span[0] = (byte)'0';
            output.Advance(1);
            return;
        }

        var length = 0;
        if (isNegative)
        {
            span[length++] = (byte)'-';
        }

        length += pointAt is >= MinPointPosition and <= MaxPointPosition
            ? WritePlain(digits, (int)pointAt, span[length..])
            : WriteWithExponent(digits, pointAt - 1, span[length..]);
        output.Advance(length);
    }

    /// <summary>Copies the digits from the first to the last that is not 0, and says where the point stands among them.</summary>
    private static int CopyDigits(ReadOnlySpan<byte> mantissa, Span<byte> digits, out int count)
    {
        var point = mantissa.IndexOf((byte)'.');
        var whole = point < 0 ? mantissa : mantissa[..point];
        var fraction = point < 0 ? default : mantissa[(point + 1)..];
        whole.CopyTo(digits);
        fraction.CopyTo(digits[whole.Length..]);

        var all = digits[..(whole.Length + fraction.Length)];
        var significant = all.TrimStart((byte)'0');
        var zeros = all.Length - significant.Length;
        significant = significant.TrimEnd((byte)'0');
        significant.CopyTo(digits);
        count = significant.Length;
        return whole.Length - zeros;
    }

    private static long ReadExponent(ReadOnlySpan<byte> text)
    {
        var isNegative = text[0] == (byte)'-';
        var digits = text.TrimStart("+-"u8).TrimStart((byte)'0');
        if (digits.IsEmpty)
        {
            return 0;
        }

        if (digits.Length > MaxExponentDigits || !Utf8Parser.TryParse(digits, out long value, out _))
        {
            throw CanonicalJson.Problem($"The input has a number whose exponent has more than {MaxExponentDigits} digits. Write it as a string.");
        }

        return isNegative ? -value : value;
    }

    private static int WritePlain(ReadOnlySpan<byte> digits, int pointAt, Span<byte> span)
    {
        if (pointAt <= 0)
        {
            "0."u8.CopyTo(span);
            span.Slice(2, -pointAt).Fill((byte)'0');
            digits.CopyTo(span[(2 - pointAt)..]);
            return 2 - pointAt + digits.Length;
        }

        if (pointAt >= digits.Length)
        {
            digits.CopyTo(span);
            span[digits.Length..pointAt].Fill((byte)'0');
            return pointAt;
        }

        digits[..pointAt].CopyTo(span);
        span[pointAt] = (byte)'.';
        digits[pointAt..].CopyTo(span[(pointAt + 1)..]);
        return digits.Length + 1;
    }

    private static int WriteWithExponent(ReadOnlySpan<byte> digits, long exponent, Span<byte> span)
    {
        var length = 0;
        span[length++] = digits[0];
        if (digits.Length > 1)
        {
            span[length++] = (byte)'.';
            digits[1..].CopyTo(span[length..]);
            length += digits.Length - 1;
        }

        span[length++] = (byte)'e';
        if (exponent >= 0)
        {
            span[length++] = (byte)'+';
        }

        _ = Utf8Formatter.TryFormat(exponent, span[length..], out var written);
        return length + written;
    }
}
