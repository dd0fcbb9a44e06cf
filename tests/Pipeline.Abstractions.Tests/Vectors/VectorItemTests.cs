using FluentAssertions;
using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Abstractions.Tests.Vectors;

public sealed class VectorItemTests
{
    private static readonly float[] Components = [1, 2, 3];

    public static TheoryData<string, float[]> BadVectors() => new()
    {
        { "0 components", [] },
        { "NaN or infinity at position 1", [1, float.NaN] },
        { "NaN or infinity at position 0", [float.PositiveInfinity] },
        { "NaN or infinity at position 2", [1, 2, float.NegativeInfinity] },
        { "at most 16000|1 to 16000", new float[16_001] },
    };

    [Theory]
    [MemberData(nameof(BadVectors))]
    public void A_bad_vector_is_refused_with_the_place(string problem, float[] components)
    {
        var item = () => new VectorItem { Id = "a", Vector = components };
        var query = () => new VectorQuery { Vector = components };

        item.Should().Throw<ArgumentException>().Which.Should().Match<ArgumentException>(e => Says(e, problem) && e.ParamName == "Vector");
        query.Should().Throw<ArgumentException>().Which.Should().Match<ArgumentException>(e => Says(e, problem) && e.ParamName == "Vector");
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("a\0")]
    public void A_bad_id_is_refused(string? id)
    {
        var act = () => new VectorItem { Id = id!, Vector = Components };

        act.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("Id");
    }

    [Fact]
    public void The_given_payload_is_copied()
    {
        var payload = new Dictionary<string, VectorValue>(StringComparer.Ordinal) { ["lang"] = "en" };
        var item = new VectorItem { Id = "a", Vector = Components, Payload = payload };

        payload["lang"] = "de";

        item.Payload["lang"].AsText.Should().Be("en");
    }

    public static TheoryData<IReadOnlyDictionary<string, VectorValue>> BadPayloads() => new()
    {
        new Dictionary<string, VectorValue>(StringComparer.Ordinal) { ["a.b"] = "x" },
        new Dictionary<string, VectorValue>(StringComparer.Ordinal) { [""] = "x" },
        new Dictionary<string, VectorValue>(StringComparer.Ordinal) { ["a"] = default },
        Enumerable.Range(0, 65).ToDictionary(i => $"field-{i}", i => (VectorValue)i, StringComparer.Ordinal),
    };

    [Theory]
    [MemberData(nameof(BadPayloads))]
    public void A_bad_payload_is_refused(IReadOnlyDictionary<string, VectorValue> payload)
    {
        var act = () => new VectorItem { Id = "a", Vector = Components, Payload = payload };

        act.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("Payload");
    }

    public static TheoryData<string, Func<VectorQuery>> BadQueries() => new()
    {
        { "Limit", () => new VectorQuery { Vector = Components, Limit = 0 } },
        { "Limit", () => new VectorQuery { Vector = Components, Limit = 1001 } },
        { "MinScore", () => new VectorQuery { Vector = Components, MinScore = float.NaN } },
        { "MinScore", () => new VectorQuery { Vector = Components, MinScore = float.PositiveInfinity } },
    };

    [Theory]
    [MemberData(nameof(BadQueries))]
    public void A_bad_query_is_refused(string property, Func<VectorQuery> make) =>
        make.Should().Throw<ArgumentException>().Which.ParamName.Should().Be(property);

    [Theory]
    [InlineData("", "acme", null, "collection")]
    [InlineData("docs", "", null, "tenant")]
    [InlineData("docs", null, null, "tenant")]
    [InlineData("docs", "acme", 0, "version")]
    public void A_scope_without_collection_or_tenant_cannot_be_made(string collection, string? tenant, int? version, string argument)
    {
        var act = () => new VectorScope(collection, tenant!, version);

        act.Should().Throw<ArgumentException>().Which.ParamName.Should().Be(argument);
    }

    private static bool Says(ArgumentException exception, string problem) =>
        problem.Split('|').Any(part => exception.Message.Contains(part, StringComparison.Ordinal));
}
