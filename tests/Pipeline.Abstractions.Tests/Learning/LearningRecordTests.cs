using FluentAssertions;
using Pipeline.Learning;
using Xunit;

namespace Pipeline.Abstractions.Tests.Learning;

public sealed class LearningRecordTests
{
    public static TheoryData<string, Func<object>> BadValues() => new()
    {
        { "Tenant", () => Samples.Record with { Tenant = "" } },
        { "Tenant", () => Samples.Record with { Tenant = null! } },
        { "RunId", () => Samples.Record with { RunId = "" } },
        { "Collection", () => Samples.Record with { Collection = "" } },
        { "Step", () => Samples.Record with { Step = "a\nb" } },
        { "Agent", () => Samples.Record with { Agent = "" } },
        { "Severity", () => Samples.Record with { Severity = (LearningSeverity)5 } },
        { "Finding", () => Samples.Record with { Finding = null! } },
        { "Finding", () => Samples.Record with { Finding = "" } },
        { "Finding", () => Samples.Record with { Finding = " \n\t" } },
        { "Finding", () => Samples.Record with { Finding = "a\0b" } },
        { "Finding", () => Samples.Record with { Finding = "a\uD83D b" } },
        { "Finding", () => Samples.Record with { Finding = new string('x', 32_769) } },
        { "Interventions", () => Samples.Record with { Interventions = null! } },
        { "Interventions", () => Samples.Record with { Interventions = [""] } },
        { "Interventions", () => Samples.Record with { Interventions = ["retry", "wait", "retry"] } },
        { "Interventions", () => Samples.Record with { Interventions = [.. Enumerable.Range(0, 33).Select(i => $"try-{i}")] } },
        { "Attributes", () => Samples.Record with { Attributes = null! } },
        { "Attributes", () => Samples.Record with { Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "" } } },
        { "Attributes", () => Samples.Record with { Attributes = Enumerable.Range(0, 33).ToDictionary(i => $"a{i}", _ => "x", StringComparer.Ordinal) } },
    };

    [Theory]
    [MemberData(nameof(BadValues))]
    public void A_bad_value_is_refused_by_its_propertys_name(string property, Func<object> make) =>
        make.Should().Throw<ArgumentException>().Which.ParamName.Should().Be(property);

    [Fact]
    public void The_message_about_a_bad_finding_does_not_hold_the_finding()
    {
        var act = () => Samples.Record with { Finding = "secret\0" };

        act.Should().Throw<ArgumentException>().Which.Message.Should().NotContain("secret");
    }

    [Fact]
    public void A_record_does_not_show_its_finding() => Samples.Record.ToString().Should().NotContain("timed out");

    [Fact]
    public void Lists_are_copied()
    {
        string[] interventions = ["retry"];
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["region"] = "eu" };
        var record = Samples.Record with { Interventions = interventions, Attributes = attributes };

        interventions[0] = "wait";
        attributes["region"] = "us";

        record.Interventions.Should().Equal("retry");
        record.Attributes["region"].Should().Be("eu");
    }

    [Fact]
    public void Times_are_kept_in_utc_and_to_the_microsecond()
    {
        var late = Samples.Noon.ToOffset(TimeSpan.FromHours(1)).AddTicks(17);

        var record = Samples.Record with { Created = late, ValidUntil = late };

        record.Created.Should().Be(Samples.Noon.AddTicks(10));
        record.Created.Offset.Should().Be(TimeSpan.Zero);
        record.ValidUntil.Should().Be(Samples.Noon.AddTicks(10));
    }

    public static TheoryData<float[]> BadVectors() => [[], [0, 0], [1, float.NaN], new float[16_001]];

    [Theory]
    [MemberData(nameof(BadVectors))]
    public void An_embedding_needs_a_vector_with_a_direction(float[] components)
    {
        var act = () => new LearningEmbedding("small", components);

        act.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("vector");
    }

    [Fact]
    public void An_embedding_names_its_model_and_dimension()
    {
        var act = () => new LearningEmbedding("", new float[] { 1 });

        act.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("model");
        new LearningEmbedding("small", new float[] { 1, 2 }).Dimension.Should().Be(2);
    }
}
