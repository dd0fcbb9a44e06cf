using FluentAssertions;
using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Postgres.Vectors;

/// <summary>How filters and payloads reach the server.</summary>
public sealed class VectorFilterPathTests
{
    [Fact]
    public void A_payload_is_stored_as_version_1_says()
    {
        var payload = new Dictionary<string, VectorValue>
        {
            ["text"] = "größer \"x\"", ["tags"] = VectorValue.FromStrings("a", "b"), ["whole"] = 7, ["number"] = 7.0, ["flag"] = true,
        };

        var stored = VectorPayloadFormat.Write(payload);

        stored.Should().Be("""{"text:1":"gr\u00F6\u00DFer \u0022x\u0022","tags:2":["a","b"],"whole:3":7,"number:4":7,"flag:5":true}""");
        VectorPayloadFormat.Read(stored).Should().Equal(payload);
        VectorPayloadFormat.Read("{}").Should().BeEmpty();
    }

    [Fact]
    public void What_is_no_such_payload_is_left_out_and_is_no_crash() =>
        VectorPayloadFormat.Read("""{"a":1,"b:9":1,"c:3":"x","d:3":1e300,"e:2":[1],"f:1":null,":1":"x","g:":1,"whole:3":7}""")
            .Should().Equal(new Dictionary<string, VectorValue> { ["whole"] = 7 });

    [Fact]
    public void A_filter_is_one_predicate() => VectorFilterPath.Of(
        VectorFilter.All(
            VectorFilter.EqualTo("text", "a\"b"), VectorFilter.Not(VectorFilter.AnyOf("n", 1, -2)), VectorFilter.Any(VectorFilter.Between("x", -0.5, 1e300), VectorFilter.EqualTo("f", false))))
        .Should().Be(
            "((exists($.\"text:1\" ? (@ == \"a\\u0022b\")) || exists($.\"text:2\"[*] ? (@ == \"a\\u0022b\")))"
            + " && !((exists($.\"n:3\" ? (@ == 1 || @ == -2))))"
            + " && ((exists($.\"x:3\" ? (@ >= -0.5 && @ <= 1E+300)) || exists($.\"x:4\" ? (@ >= -0.5 && @ <= 1E+300))) || (exists($.\"f:5\" ? (@ == false)))))");
}
