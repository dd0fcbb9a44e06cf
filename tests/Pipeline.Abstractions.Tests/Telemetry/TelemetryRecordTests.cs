using FluentAssertions;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Abstractions.Tests.Telemetry;

public sealed class TelemetryRecordTests
{
    private static readonly TelemetryAttributes Attributes = [new("region", "eu")];

    [Fact]
    public void A_record_with_what_is_required_is_valid_and_bills_nothing()
    {
        Samples.Record.IsValid.Should().BeTrue();
        Samples.Record.Cost.Should().BeNull();
        Samples.Record.Lane.Should().Be(TelemetryLane.Accounting);
        Samples.Record.Attributes.Should().BeSameAs(TelemetryAttributes.Empty);
    }

    [Fact]
    public void An_empty_set_of_attributes_is_none() =>
        (Samples.Record with { Attributes = TelemetryAttributes.Empty }).Should().Be(Samples.Record);

    [Fact]
    public void A_default_record_is_not_valid_but_can_be_looked_at()
    {
        var record = default(TelemetryRecord);

        record.IsValid.Should().BeFalse();
        record.Attributes.Should().BeEmpty();
        record.ApproximateBytes.Should().BePositive();
    }

    [Fact]
    public void Time_is_kept_in_utc_and_to_the_microsecond()
    {
        var record = Samples.Record with { Time = new DateTimeOffset(2026, 3, 1, 14, 0, 0, TimeSpan.FromHours(2)).AddTicks(19) };

        record.Time.Offset.Should().Be(TimeSpan.Zero);
        record.Time.Should().Be(Samples.Noon.AddTicks(10));
    }

    [Fact]
    public void A_negative_cost_needs_a_record_that_it_corrects()
    {
        var record = Samples.Record with { Cost = -0.02m };

        record.IsValid.Should().BeFalse();
        (record with { CorrectionOf = Guid.NewGuid() }).IsValid.Should().BeTrue();
    }

    [Fact]
    public void A_negative_avoided_cost_needs_a_record_that_it_corrects()
    {
        var record = Samples.Record with { CostAvoided = -0.02m };

        record.IsValid.Should().BeFalse();
        (record with { CorrectionOf = Guid.NewGuid() }).IsValid.Should().BeTrue();
    }

    [Fact]
    public void A_record_cannot_correct_itself_or_nothing()
    {
        (Samples.Record with { CorrectionOf = Samples.Record.Id }).IsValid.Should().BeFalse();
        (Samples.Record with { CorrectionOf = Guid.Empty }).IsValid.Should().BeFalse();
    }

    [Theory]
    [InlineData("0.000000000001")]
    [InlineData("1000000000")]
    [InlineData("-1000000000")]
    [InlineData("1.50000000000000000000")]
    public void Money_within_bounds_is_kept_exactly(string amount)
    {
        var money = decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture);

        (Samples.Record with { Cost = money }).Cost.Should().Be(money);
        (Samples.Record with { CostAvoided = money }).CostAvoided.Should().Be(money);
    }

    [Fact]
    public void Zeros_past_the_last_decimal_place_are_dropped_so_that_sums_stay_exact() =>
        (Samples.Record with { Cost = 1.50000000000000000000m }).Cost!.Value.Scale.Should().BeLessThanOrEqualTo(TelemetryRecord.MaxCostDecimals);

    [Theory]
    [InlineData("0.0000000000001", "*Round it to 12.*")]
    [InlineData("1000000000.000000000001", "*from -1000000000 to 1000000000.*")]
    [InlineData("-1000000000.000000000001", "*from -1000000000 to 1000000000.*")]
    public void Money_out_of_bounds_is_refused_with_the_mend(string amount, string mend)
    {
        var money = decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture);

        var cost = () => Samples.Record with { Cost = money };
        var avoided = () => Samples.Record with { CostAvoided = money };

        cost.Should().Throw<ArgumentOutOfRangeException>().WithMessage(mend).Which.ParamName.Should().Be("Cost");
        avoided.Should().Throw<ArgumentOutOfRangeException>().Which.ParamName.Should().Be("CostAvoided");
    }

    public static TheoryData<string, Func<TelemetryRecord>> BadValues() => new()
    {
        { "Id", () => Samples.Record with { Id = Guid.Empty } },
        { "Duration", () => Samples.Record with { Duration = TimeSpan.FromTicks(-1) } },
        { "Step", () => Samples.Record with { Step = "" } },
        { "Step", () => Samples.Record with { Step = null! } },
        { "Tenant", () => Samples.Record with { Tenant = new string('x', 513) } },
        { "Model", () => Samples.Record with { Model = "a\nb" } },
        { "RequestId", () => Samples.Record with { RequestId = "" } },
        { "PriceTableVersion", () => Samples.Record with { PriceTableVersion = "" } },
        { "ErrorType", () => Samples.Record with { ErrorType = "\0" } },
        { "Outcome", () => Samples.Record with { Outcome = (CallOutcome)6 } },
        { "Outcome", () => Samples.Record with { Outcome = (CallOutcome)(-1) } },
        { "Cache", () => Samples.Record with { Cache = (CacheOutcome)7 } },
        { "Lane", () => Samples.Record with { Lane = (TelemetryLane)2 } },
        { "Attributes", () => Samples.Record with { Attributes = null! } },
    };

    [Theory]
    [MemberData(nameof(BadValues))]
    public void A_bad_value_is_refused_by_its_propertys_name(string property, Func<TelemetryRecord> make) =>
        make.Should().Throw<ArgumentException>().Which.ParamName.Should().Be(property);

    [Fact]
    public void A_record_counts_the_bytes_that_it_alone_keeps_alive()
    {
        var record = Samples.Record with { RequestId = "12345", ErrorType = "Timeout", Attributes = Attributes };

        (record.ApproximateBytes - Samples.Record.ApproximateBytes).Should().Be((2 * 12) + Attributes.ApproximateBytes);
    }

    [Fact]
    public void Making_a_record_allocates_nothing()
    {
        var id = Guid.NewGuid();
        var made = 0;
        for (var i = 0; i < 200; i++)
        {
            made += Make(id).Usage.Output > 0 ? 1 : 0;
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var record = Make(id);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        allocated.Should().Be(0);
        record.IsValid.Should().BeTrue();
        made.Should().Be(200);
    }

    private static TelemetryRecord Make(Guid id) => new()
    {
        Id = id,
        Time = Samples.Noon,
        Duration = TimeSpan.FromMilliseconds(3),
        Step = "answer",
        Tenant = "acme",
        Model = "large",
        RequestId = "r-1",
        Outcome = CallOutcome.Succeeded,
        Cache = CacheOutcome.Miss,
        Usage = new TokenUsage { UncachedInput = 3, Output = 5 },
        Cost = 0.000_000_125m,
        PriceTableVersion = "2026-03",
        Attributes = Attributes,
    };
}
