using FluentAssertions;
using Pipeline.Learning;
using Xunit;

namespace Pipeline.Abstractions.Tests.Learning;

public sealed class LearningArgumentsTests
{
    [Fact]
    public void A_batch_of_one_tenant_is_let_through()
    {
        var act = () => LearningArguments.CheckBatch([Samples.Record, Samples.Record with { RunId = "run-2" }]);

        act.Should().NotThrow();
    }

    public static TheoryData<LearningRecord[]> BadBatches() => new()
    {
        Array.Empty<LearningRecord>(),
        new LearningRecord[] { null! },
        new[] { Samples.Record, Samples.Record with { Tenant = "other" } },
        Enumerable.Repeat(Samples.Record, 1001).ToArray(),
    };

    [Theory]
    [MemberData(nameof(BadBatches))]
    public void A_bad_batch_is_refused(LearningRecord[] records)
    {
        var act = () => LearningArguments.CheckBatch(records);

        act.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("records");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public void A_page_of_no_size_or_too_large_is_refused(int limit)
    {
        var act = () => LearningArguments.CheckLimit(limit);

        act.Should().Throw<ArgumentOutOfRangeException>().Which.ParamName.Should().Be("limit");
    }
}
