using System.Globalization;
using System.Text.Json;
using FluentAssertions;
using Xunit;

namespace Pipeline.Caching.Keys;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("1", "1")]
    [InlineData("1.0", "1")]
    [InlineData("1e0", "1")]
    [InlineData("10e-1", "1")]
    [InlineData("0.1E+1", "1")]
    [InlineData("100", "100")]
    [InlineData("1E2", "100")]
    [InlineData("1e+02", "100")]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("-0.0e-7", "0")]
    [InlineData("0e999999999999999999999", null)]
    [InlineData("0e99", "0")]
    [InlineData("-1.50", "-1.5")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("0.0000001", "1e-7")]
    [InlineData("1234e-9", "0.000001234")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("1e21", "1e+21")]
    [InlineData("123456789012345678901234567890", "1.2345678901234567890123456789e+29")]
    [InlineData("123456789012345678901", "123456789012345678901")]
    [InlineData("9007199254740993", "9007199254740993")]
    [InlineData("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827")]
    [InlineData("1e-000000000000000000003", "0.001")]
    [InlineData("1e999999999999999", "1e+999999999999999")]
    [InlineData("1e1000000000000000", null)]
    public void A_number_has_one_spelling(string json, string? canonical)
    {
        var writing = () => Key.CanonicalOf(json);
        if (canonical is null)
        {
            writing.Should().Throw<ArgumentException>().WithMessage("The input has a number whose exponent has more than 15 digits. Write it as a string.*");
            return;
        }

        writing().Should().Be(canonical);
        Key.CanonicalOf(canonical).Should().Be(canonical);
    }

    // The numbers of RFC 8785, appendix B, as .NET writes them.
    [Theory]
    [InlineData("5e-324")]
    [InlineData("-5e-324")]
    [InlineData("1.7976931348623157e+308")]
    [InlineData("9007199254740992")]
    [InlineData("295147905179352830000")]
    [InlineData("9.999999999999997e+22")]
    [InlineData("1e+23")]
    [InlineData("1.0000000000000001e+23")]
    [InlineData("999999999999999700000")]
    [InlineData("999999999999999900000")]
    [InlineData("1e+21")]
    [InlineData("9.999999999999997e-7")]
    [InlineData("0.000001")]
    [InlineData("333333333.3333332")]
    [InlineData("333333333.33333325")]
    [InlineData("333333333.3333333")]
    [InlineData("333333333.3333334")]
    [InlineData("333333333.33333343")]
    [InlineData("-0.0000033333333333333333")]
    [InlineData("1424953923781206.2")]
    public void A_double_is_written_as_RFC_8785_writes_it(string canonical)
    {
        var written = JsonSerializer.Serialize(double.Parse(canonical, CultureInfo.InvariantCulture), KeyContext.Default.Double);

        Key.CanonicalOf(written).Should().Be(canonical);
    }

    // RFC 8785, section 3.2.3: by UTF-16 code units, so that the emoji comes before U+FB33.
    [Fact]
    public void Properties_are_in_the_order_of_RFC_8785()
    {
        const string Json = """
            {"\u20ac":"Euro","\r":"CR","\ufb33":"Dalet","1":"One","\ud83d\ude00":"Emoji","\u0080":"Control","\u00f6":"O"}
            """;

        Key.CanonicalOf(Json).Should().Be(
            "{\"\\r\":\"CR\",\"1\":\"One\",\"\u0080\":\"Control\",\"\u00f6\":\"O\",\"\u20ac\":\"Euro\",\"\ud83d\ude00\":\"Emoji\",\"\ufb33\":\"Dalet\"}");
    }

    // RFC 8785, section 3.2.2, but for its numbers, which are exact here.
    [Fact]
    public void Strings_are_escaped_as_RFC_8785_escapes_them()
    {
        const string Json = """
            {
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/\b\f\r\t\u007f",
              "literals": [null, true, false]
            }
            """;

        Key.CanonicalOf(Json).Should().Be(
            "{\"literals\":[null,true,false],\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\\b\\f\\r\\t\u007f\"}");
    }

    [Theory]
    [InlineData("""{"b":1,"a":{"d":2,"c":[{"z":1,"y":2}]}}""", """{"a":{"c":[{"y":2,"z":1}],"d":2},"b":1}""")]
    [InlineData(""" [ 3 , 1,2 ] """, "[3,1,2]")]
    [InlineData("""{"ab":1,"a":2,"":3}""", """{"":3,"a":2,"ab":1}""")]
    [InlineData("""{"a":1,"A":2,"ä":3,"Z":4}""", """{"A":2,"Z":4,"a":1,"ä":3}""")]
    [InlineData("""{"\u0061":1, /* of no account */ "B":2}""", """{"B":2,"a":1}""")]
    [InlineData("{}", "{}")]
    [InlineData("[[],{}]", "[[],{}]")]
    public void Objects_are_sorted_at_every_depth_and_lists_keep_their_order(string json, string canonical) =>
        Key.CanonicalOf(json).Should().Be(canonical);
}
