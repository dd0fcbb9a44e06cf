using FluentAssertions;
using Pipeline.Learning;
using Xunit;

namespace Pipeline.Abstractions.Tests.Learning;

public sealed class RecallTests
{
    private static readonly RecallQuery Query = new() { Filter = new LearningFilter { Tenant = "acme" } };
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    public static TheoryData<string, Func<object>> BadValues() => new()
    {
        { "Filter", () => Query with { Filter = null! } },
        { "Text", () => Query with { Text = "" } },
        { "Text", () => Query with { Text = "  " } },
        { "Limit", () => Query with { Limit = 0 } },
        { "Limit", () => Query with { Limit = 101 } },
        { "MinScore", () => Query with { MinScore = -0.1 } },
        { "MinScore", () => Query with { MinScore = double.NaN } },
        { "HalfLife", () => Query with { HalfLife = TimeSpan.Zero } },
        { "DuplicateSimilarity", () => Query with { DuplicateSimilarity = 1.1 } },
        { "DuplicateSimilarity", () => Query with { DuplicateSimilarity = double.NaN } },
        { "MaxTokens", () => Query with { MaxTokens = 0 } },
        { "Tenant", () => Query.Filter with { Tenant = "" } },
        { "Tenant", () => Query.Filter with { Tenant = null! } },
        { "Collection", () => Query.Filter with { Collection = "" } },
        { "RunId", () => Query.Filter with { RunId = "" } },
        { "Step", () => Query.Filter with { Step = "" } },
        { "Agent", () => Query.Filter with { Agent = "" } },
        { "Intervention", () => Query.Filter with { Intervention = "" } },
        { "MinSeverity", () => Query.Filter with { MinSeverity = (LearningSeverity)(-1) } },
        { "Outcome", () => Query.Filter with { Outcome = (LearningOutcome)9 } },
        { "Attributes", () => Query.Filter with { Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { [""] = "x" } } },
    };

    [Theory]
    [MemberData(nameof(BadValues))]
    public void A_bad_value_is_refused_by_its_propertys_name(string property, Func<object> make) =>
        make.Should().Throw<ArgumentException>().Which.ParamName.Should().Be(property);

    [Fact]
    public void A_query_does_not_show_its_text() => (Query with { Text = "secret" }).ToString().Should().NotContain("secret");

    [Fact]
    public void A_score_is_the_product_of_its_factors()
    {
        var score = LearningScore.Compute(0.8, default, Month, halfLife: Month);

        score.Similarity.Should().Be(0.8);
        score.Success.Should().Be(0.5);
        score.Recency.Should().BeApproximately(0.5, 1e-12);
        score.Total.Should().BeApproximately(0.2, 1e-12);
    }

    [Theory]
    [InlineData(-0.3, 0)]
    [InlineData(1.0000001, 1)]
    public void A_similarity_out_of_range_counts_as_the_nearer_bound(double similarity, double expected) =>
        LearningScore.Compute(similarity, default, TimeSpan.Zero, Month).Similarity.Should().Be(expected);

    [Fact]
    public void A_clock_that_went_backwards_makes_nothing_newer_than_new() =>
        LearningScore.Compute(1, default, -Month, Month).Recency.Should().Be(1);

    [Fact]
    public void Without_a_half_life_nothing_ages() =>
        LearningScore.Compute(1, default, TimeSpan.FromDays(10_000), halfLife: null).Recency.Should().Be(1);

    [Fact]
    public void A_score_of_no_number_or_no_half_life_is_refused()
    {
        var notANumber = () => LearningScore.Compute(double.NaN, default, Month, Month);
        var noTime = () => LearningScore.Compute(1, default, Month, TimeSpan.Zero);

        notANumber.Should().Throw<ArgumentOutOfRangeException>().Which.ParamName.Should().Be("similarity");
        noTime.Should().Throw<ArgumentOutOfRangeException>().Which.ParamName.Should().Be("halfLife");
    }

    [Fact]
    public void Tokens_are_a_third_of_the_bytes_each_text_rounded_up()
    {
        var record = Samples.Record with { Finding = "überall", Interventions = ["retry", "wait"] };

        var match = new LearningMatch
        {
            Learning = new StoredLearning { Id = LearningId.Of(record), Record = record },
            Score = LearningScore.Compute(1, default, TimeSpan.Zero, halfLife: null),
            Basis = RecallBasis.Text,
        };

        match.EstimatedTokens.Should().Be(3 + 2 + 2);
    }

    [Fact]
    public void What_could_not_be_asked_is_empty_and_says_so()
    {
        RecallResult.Degraded.Matches.Should().BeEmpty();
        RecallResult.Degraded.IsDegraded.Should().BeTrue();
        RecallResult.Empty.IsDegraded.Should().BeFalse();
    }
}
