using System.Text;
using FluentAssertions;
using Xunit;

namespace Pipeline.Caching.Keys;

public sealed class CacheKeyBadInputTests
{
    private static readonly Question Input = new("Why?");

    [Fact]
    public void A_bad_step_or_tenant_is_refused()
    {
        foreach (var name in (string[])["", "a\nb", "\ud800", new('x', 513)])
        {
            ((Action)(() => CacheKey.From(Input, KeyContext.Default.Question, name))).Should().Throw<ArgumentException>().WithParameterName("step");
            ((Action)(() => CacheKey.From(Input, KeyContext.Default.Question, "s", tenant: name))).Should().Throw<ArgumentException>().WithParameterName("tenant");
        }
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_refused_rather_than_replaced()
    {
        ((Action)(() => CacheKey.From(Input, KeyContext.Default.Question, "s", stepVersion: "\ud800x"))).Should().Throw<ArgumentException>()
            .WithParameterName("stepVersion").WithMessage("The text holds half of a surrogate pair. Give well-formed Unicode text.*");
        ((Action)(() => CacheKey.From(Input, KeyContext.Default.Question, "s", model: "\udc00"))).Should().Throw<ArgumentException>().WithParameterName("model");
    }

    [Fact]
    public void A_scope_that_does_not_exist_is_refused() =>
        ((Action)(() => CacheKey.From(Input, KeyContext.Default.Question, "s", scope: (CacheScope)7))).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("scope");

    [Fact]
    public void Metadata_must_be_given() =>
        ((Action)(() => CacheKey.From(Input, null!, "s"))).Should().Throw<ArgumentNullException>().WithParameterName("typeInfo");

    [Theory]
    [InlineData("""{"a":1,"a":1}""")]
    [InlineData("""{"a":1,"b":2,"\u0061":3}""")]
    [InlineData("""[{"x":{"":1,"":2}}]""")]
    public void A_property_that_appears_twice_is_refused_without_being_named(string json) =>
        ((Action)(() => Key.Of(json))).Should().Throw<ArgumentException>().WithParameterName("input")
            .WithMessage("An object of the input's JSON has one property twice. Write each property once.*");

    [Fact]
    public void The_same_name_in_two_objects_is_no_duplicate() => Key.CanonicalOf("""{"a":{"a":1},"b":[{"a":1},{"a":1}]}""").Should().NotBeEmpty();

    [Fact]
    public void What_is_nested_too_deeply_is_refused()
    {
        Key.Of(Nested(CacheKey.MaxDepth)).Should().HaveLength(43);
        ((Action)(() => Key.Of(Nested(CacheKey.MaxDepth + 1)))).Should().Throw<ArgumentException>().WithParameterName("input")
            .WithMessage("What the input is written as is no JSON, or is nested deeper than 128 levels. Flatten it.*");
    }

    [Fact]
    public void What_refers_to_itself_is_refused()
    {
        var input = new Loop();
        input.Self = input;

        ((Action)(() => CacheKey.From(input, LoopContext.Default.Loop, "s"))).Should().Throw<ArgumentException>().WithParameterName("input")
            .WithMessage("The input cannot be written as JSON: it is nested too deeply, or refers to itself. Flatten it.*");
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("1 2")]
    [InlineData("{a:1}")]
    [InlineData("NaN")]
    [InlineData("01")]
    public void What_a_converter_writes_must_be_JSON(string json) =>
        ((Action)(() => Key.Of(json))).Should().Throw<ArgumentException>().WithParameterName("input");

    [Fact]
    public void Text_that_is_not_Unicode_is_refused()
    {
        const string Problem = "The input's JSON has a string that is not well-formed Unicode. Correct the text, or write it as Base64.*";
        ((Action)(() => Key.Of("\"\\ud800\""))).Should().Throw<ArgumentException>().WithMessage(Problem);
        ((Action)(() => Key.Of("{\"\\udfff\":1}"))).Should().Throw<ArgumentException>().WithMessage(Problem);
        ((Action)(() => Key.Of(new RawText([(byte)'"', 0xC3, 0x28, (byte)'"'])))).Should().Throw<ArgumentException>().WithMessage(Problem);
    }

    [Fact]
    public void What_is_too_large_is_refused()
    {
        const string Problem = "The input's JSON is longer than 16777216 bytes. Put a hash of large content into the input instead.*";
        Key.Of($"\"{new string('x', CacheKey.MaxInputBytes - 2)}\"").Should().HaveLength(43);
        ((Action)(() => Key.Of($"\"{new string('x', CacheKey.MaxInputBytes - 1)}\""))).Should().Throw<ArgumentException>().WithMessage(Problem);
        ((Action)(() => CacheKey.From(Input with { Text = new('x', CacheKey.MaxInputBytes + 1) }, KeyContext.Default.Question, "s")))
            .Should().Throw<ArgumentException>().WithMessage(Problem);
    }

    [Fact]
    public void A_failed_attempt_leaves_nothing_behind()
    {
        var before = Key.Of("""{"a":[1]}""");
        foreach (var bad in (string[])["""{"a":1,"a":2}""", "[[[", "\"\\ud800\"", Nested(200)])
        {
            ((Action)(() => Key.Of(bad))).Should().Throw<ArgumentException>();
            Key.Of("""{"a":[1]}""").Should().Be(before);
        }
    }

    private static string Nested(int depth) => new StringBuilder().Append('[', depth).Append(']', depth).ToString();
}
