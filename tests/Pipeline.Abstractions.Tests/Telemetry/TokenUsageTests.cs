using FluentAssertions;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Abstractions.Tests.Telemetry;

public sealed class TokenUsageTests
{
    private static readonly TokenUsage Usage = new() { UncachedInput = 1, CachedInput = 20, CacheWrite = 300, Output = 4_000, Reasoning = 50_000 };

    [Fact]
    public void The_totals_count_each_bucket_once()
    {
        Usage.TotalInput.Should().Be(321);
        Usage.TotalOutput.Should().Be(54_000);
        Usage.Total.Should().Be(54_321);
    }

    [Fact]
    public void Usages_are_added_bucket_by_bucket() =>
        (Usage + Usage).Should().Be(new TokenUsage { UncachedInput = 2, CachedInput = 40, CacheWrite = 600, Output = 8_000, Reasoning = 100_000 });

    [Fact]
    public void The_default_adds_nothing() => (Usage + default(TokenUsage)).Should().Be(Usage);

    [Fact]
    public void A_sum_that_does_not_fit_is_an_overflow_and_no_negative_number()
    {
        var most = new TokenUsage { Output = long.MaxValue };

        var act = () => most + new TokenUsage { Output = 1 };

        act.Should().Throw<OverflowException>();
    }

    [Fact]
    public void A_total_that_does_not_fit_is_an_overflow_and_no_negative_number()
    {
        var usage = new TokenUsage { UncachedInput = long.MaxValue, Output = 1 };

        var act = () => usage.Total;

        act.Should().Throw<OverflowException>();
    }

    public static TheoryData<string, Func<TokenUsage>> NegativeBuckets() => new()
    {
        { nameof(TokenUsage.UncachedInput), () => new TokenUsage { UncachedInput = -1 } },
        { nameof(TokenUsage.CachedInput), () => new TokenUsage { CachedInput = -1 } },
        { nameof(TokenUsage.CacheWrite), () => new TokenUsage { CacheWrite = -1 } },
        { nameof(TokenUsage.Output), () => new TokenUsage { Output = -1 } },
        { nameof(TokenUsage.Reasoning), () => new TokenUsage { Reasoning = long.MinValue } },
    };

    [Theory]
    [MemberData(nameof(NegativeBuckets))]
    public void A_negative_bucket_is_refused_by_its_name(string bucket, Func<TokenUsage> make) =>
        make.Should().Throw<ArgumentOutOfRangeException>().Which.ParamName.Should().Be(bucket);
}
