using System.Buffers;
using System.Text;
using FluentAssertions;
using Xunit;

namespace Pipeline.RequestLimits;

/// <summary>Row V3: what JSON is let through, however it arrives.</summary>
public sealed class JsonScanTests
{
    private static readonly JsonLimits Small = new() { MaxDepth = 3, MaxArrayItems = 4, MaxStringLength = 10, MaxTotalStringLength = 24 };

    public static TheoryData<string, string> Bodies => new()
    {
        { "{}", "None" },
        { " [1, 2.5e3, true, null] ", "None" },
        { "\"ten chars.\"", "None" },
        { "\"eleven char\"", "StringTooLong" },
        { "{\"eleven char\":1}", "StringTooLong" },
        { "\"äöüäöüäöüä\"", "None" },
        { "\"äöüäöüäöüäö\"", "StringTooLong" },
        { "\"\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\"", "None" },
        { "\"\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\n\"", "StringTooLong" },
        { "\"😀😀😀😀😀\"", "None" },
        { "\"😀😀😀😀😀😀\"", "StringTooLong" },
        { "[\"12345678\",\"12345678\",\"12345678\"]", "None" },
        { "[\"12345678\",\"12345678\",\"12345678\",\"1\"]", "StringsTooLong" },
        { "{\"12345678\":\"12345678\",\"123456789\":1}", "StringsTooLong" },
        { "[1,2,3,4]", "None" },
        { "[1,2,3,4,5]", "TooManyItems" },
        { "[[1,2,3],[1,2,3],[1,2,3]]", "None" },
        { "[[1,2,3],{\"a\":[1,2,3,4,5]}]", "TooManyItems" },
        { "[{},{},{},{},{}]", "TooManyItems" },
        { "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1}", "None" },
        { "[[[1]]]", "None" },
        { "[[[[1]]]]", "TooDeep" },
        { "{\"a\":{\"b\":{\"c\":{}}}}", "TooDeep" },
        { "[[[", "Invalid" },
        { "{\"a\":1,}", "Invalid" },
        { "[1] [2]", "Invalid" },
        { "// no", "Invalid" },
        { "nul", "Invalid" },
        { "   ", "Invalid" },
        { "\"a\nb\"", "Invalid" },
        { "", "None" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Limits_hold_however_the_body_arrives(string text, string expected)
    {
        var body = Encoding.UTF8.GetBytes(text);

        Look(Small, body, body.Length).Should().Be(expected);
        Look(Small, [0xEF, 0xBB, 0xBF, .. body], body.Length + 3).Should().Be(text.Length == 0 ? "Invalid" : expected, "a byte order mark is passed over");
        for (var size = 1; size < body.Length; size++)
            Look(Small, body, size).Should().Be(expected, $"it arrives in parts of {size} bytes");
    }

    [Theory]
    [InlineData(new byte[] { (byte)'"', 0xC3, 0x28, (byte)'"' })]
    [InlineData(new byte[] { (byte)'"', 0xED, 0xA0, 0x80, (byte)'"' })]
    [InlineData(new byte[] { (byte)'"', 0xF5, 0x80, 0x80, 0x80, (byte)'"' })]
    [InlineData(new byte[] { (byte)'"', (byte)'\\', (byte)'n', 0xFF, (byte)'"' })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0x80, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    public void What_is_no_UTF_8_is_no_JSON(byte[] body)
    {
        for (var size = 1; size <= body.Length; size++)
            Look(JsonLimits.Default, body, size).Should().Be("Invalid", $"it arrives in parts of {size} bytes");
    }

    [Fact]
    public void Ten_thousand_levels_are_refused_at_the_first_too_many()
    {
        var scan = new JsonScan(JsonLimits.Default);
        var part = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(new string('[', 65)));

        scan.Look(part, isWhole: false).Should().Be(JsonFault.TooDeep, "nothing after it has to be read");
    }

    [Fact]
    public void A_string_without_end_is_refused_before_it_ends()
    {
        var scan = new JsonScan(Small);
        var part = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes("[\"" + new string('a', 1000)));

        scan.Look(part, isWhole: false).Should().Be(JsonFault.StringTooLong);
    }

    [Fact]
    public void What_is_begun_is_looked_at_again_only_when_it_has_doubled()
    {
        var scan = new JsonScan(JsonLimits.Default);
        var text = Encoding.UTF8.GetBytes("[\"aaaa\nbbbbbb");

        scan.Look(new ReadOnlySequence<byte>(text, 0, 6), isWhole: false).Should().Be(JsonFault.None);
        scan.Look(new ReadOnlySequence<byte>(text, 0, 8), isWhole: false).Should().Be(JsonFault.None, "each byte would else cost a look at all of them");
        scan.Look(new ReadOnlySequence<byte>(text, 0, 11), isWhole: false).Should().Be(JsonFault.Invalid);
    }

    [Fact]
    public void Limits_count_what_is_above_them_by_one()
    {
        var text = new string('a', 200_000);

        Look(JsonLimits.Default, Utf8($"\"{text}\""), 1 << 20).Should().Be("None");
        Look(JsonLimits.Default, Utf8($"\"{text}a\""), 1 << 20).Should().Be("StringTooLong");
        Look(JsonLimits.Default, Utf8($"[{string.Join(',', Enumerable.Repeat("1", 5000))}]"), 1 << 20).Should().Be("None");
        Look(JsonLimits.Default, Utf8($"[{string.Join(',', Enumerable.Repeat("1", 5001))}]"), 1 << 20).Should().Be("TooManyItems");
        Look(JsonLimits.Default, Utf8($"[{string.Join(',', Enumerable.Repeat($"\"{text}\"", 5))}]"), 4096).Should().Be("None");
        Look(JsonLimits.Default, Utf8($"[{string.Join(',', Enumerable.Repeat($"\"{text}\"", 5))},\"a\"]"), 4096).Should().Be("StringsTooLong");
        Look(JsonLimits.Default, Utf8(new string('[', 64) + new string(']', 64)), 1 << 20).Should().Be("None");
        Look(JsonLimits.Default, Utf8(new string('[', 65) + new string(']', 65)), 1 << 20).Should().Be("TooDeep");
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Looks at a body as it is when each read of the server brings so many bytes more, in a segment of their own.</summary>
    private static string Look(JsonLimits limits, byte[] body, int size)
    {
        var scan = new JsonScan(limits);
        Part? first = null, last = null;
        var fault = JsonFault.None;
        for (var at = 0; fault == JsonFault.None && (at < body.Length || at == 0); at += size)
        {
            var bytes = body.AsMemory(at, Math.Min(size, body.Length - at));
            last = last is null ? first = new Part(bytes, 0) : last.Append(bytes);
            var isWhole = at + size >= body.Length;
            fault = scan.Look(new ReadOnlySequence<byte>(first!, 0, last, last.Memory.Length), isWhole);
            if (isWhole)
                break;
        }

        return fault.ToString();
    }

    private sealed class Part : ReadOnlySequenceSegment<byte>
    {
        public Part(ReadOnlyMemory<byte> memory, long before) => (Memory, RunningIndex) = (memory, before);

        public Part Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Part(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
