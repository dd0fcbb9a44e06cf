using FluentAssertions;
using Pipeline.Learning;
using Xunit;

namespace Pipeline.Abstractions.Tests.Learning;

public sealed class LearningIdTests
{
    // Computed by another program from the description in LearningId's remarks. Stored ids depend on it: it never changes.
    [Fact]
    public void The_id_is_what_its_description_says()
    {
        LearningId.Of(Samples.Record).ToString().Should().Be("457ae252-5e07-8242-9c95-e04b8810ade3");
        LearningId.Of(Samples.Record with
        {
            Collection = "runbook",
            Agent = "planner",
            Severity = LearningSeverity.High,
            Finding = "Das Modell war überlastet.",
            Interventions = ["raise-timeout", "retry"],
        }).ToString().Should().Be("e243a174-bfdd-8732-bee9-516868f18d93");
    }

    public static TheoryData<string, LearningRecord> OtherLearnings() => new()
    {
        { "tenant", Samples.Record with { Tenant = "other" } },
        { "run", Samples.Record with { RunId = "run-2" } },
        { "collection", Samples.Record with { Collection = "other" } },
        { "step", Samples.Record with { Step = "other" } },
        { "agent", Samples.Record with { Agent = "planner" } },
        { "severity", Samples.Record with { Severity = LearningSeverity.Low } },
        { "finding", Samples.Record with { Finding = "The call timed out" } },
        { "intervention", Samples.Record with { Interventions = ["retry"] } },
    };

    [Theory]
    [MemberData(nameof(OtherLearnings))]
    public void Another_tenant_run_or_content_is_another_learning(string what, LearningRecord other) =>
        LearningId.Of(other).Should().NotBe(LearningId.Of(Samples.Record), what);

    [Fact]
    public void Times_attributes_and_embedding_take_no_part()
    {
        var again = Samples.Record with
        {
            Created = Samples.Noon.AddDays(1),
            ValidUntil = Samples.Noon.AddDays(2),
            Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["host"] = "b" },
            Embedding = new LearningEmbedding("small", new float[] { 1, 2 }),
        };

        LearningId.Of(again).Should().Be(LearningId.Of(Samples.Record));
    }

    [Fact]
    public void The_order_of_interventions_and_the_borders_between_texts_matter()
    {
        var ab = LearningId.Of(Samples.Record with { Interventions = ["a", "b"] });

        LearningId.Of(Samples.Record with { Interventions = ["b", "a"] }).Should().NotBe(ab);
        LearningId.Of(Samples.Record with { Interventions = ["ab"] }).Should().NotBe(ab);
        LearningId.Of(Samples.Record with { Tenant = "acm", RunId = "erun-1" }).Should().NotBe(LearningId.Of(Samples.Record));
    }

    [Fact]
    public void It_is_a_uuid_of_version_8()
    {
        var id = LearningId.Of(Samples.Record).Value;

        id.Version.Should().Be(8);
        (id.Variant >> 2).Should().Be(0b10);
    }

    [Fact]
    public void It_is_read_as_it_is_written()
    {
        var id = LearningId.Of(Samples.Record);

        LearningId.TryParse(id.ToString(), out var same).Should().BeTrue();
        same.Should().Be(id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not an id")]
    [InlineData("{01020304-0506-8708-890a-0b0c0d0e0f10}")]
    public void What_is_no_id_is_not_read(string? text) => LearningId.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void Ids_are_ordered_as_their_bytes_are()
    {
        var small = new LearningId(new Guid("01ffffff-ffff-ffff-ffff-ffffffffffff"));
        var large = new LearningId(new Guid("fe000000-0000-0000-0000-000000000000"));

        (small < large).Should().BeTrue();
        (small >= large).Should().BeFalse();
        small.CompareTo(large).Should().BeNegative();
        (large > small && large >= small && small <= large).Should().BeTrue();
    }
}
