using FluentAssertions;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Abstractions.Tests.Telemetry;

public sealed class TelemetryQueryTests
{
    private static readonly DateTimeOffset To = Samples.Noon.AddHours(1);
    private static readonly TelemetryQuery Query = TelemetryQuery.ForTenant("acme", Samples.Noon, To);

    [Fact]
    public void A_tenants_query_names_the_tenant_and_an_operators_none()
    {
        Query.Tenant.Should().Be("acme");
        TelemetryQuery.AcrossTenants(Samples.Noon, To).Tenant.Should().BeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a\tb")]
    public void A_missing_tenant_never_means_all_of_them(string? tenant)
    {
        var act = () => TelemetryQuery.ForTenant(tenant!, Samples.Noon, To);

        act.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("tenant");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(9)]
    public void A_time_range_must_have_a_length_of_a_microsecond_at_least(long ticks)
    {
        var act = () => TelemetryQuery.AcrossTenants(Samples.Noon, Samples.Noon.AddTicks(ticks));

        act.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("to");
    }

    [Fact]
    public void Times_are_in_utc()
    {
        var query = TelemetryQuery.AcrossTenants(Samples.Noon.ToOffset(TimeSpan.FromHours(5)), To.ToOffset(TimeSpan.FromHours(-5)));

        query.From.Offset.Should().Be(TimeSpan.Zero);
        query.To.Offset.Should().Be(TimeSpan.Zero);
        query.From.Should().Be(Samples.Noon);
    }

    public static TheoryData<string, Func<TelemetryQuery>> BadValues() => new()
    {
        { "Step", () => Query with { Step = "" } },
        { "Model", () => Query with { Model = "" } },
        { "RequestId", () => Query with { RequestId = "" } },
        { "GroupBy", () => Query with { GroupBy = (TelemetryGrouping)8 } },
        { "Interval", () => Query with { Interval = TimeSpan.Zero } },
        { "Interval", () => Query with { Interval = TimeSpan.FromMilliseconds(1500) } },
        { "RowLimit", () => Query with { RowLimit = 0 } },
        { "RowLimit", () => Query with { RowLimit = 10_001 } },
    };

    [Theory]
    [MemberData(nameof(BadValues))]
    public void A_bad_value_is_refused_by_its_propertys_name(string property, Func<TelemetryQuery> make) =>
        make.Should().Throw<ArgumentException>().Which.ParamName.Should().Be(property);

    [Fact]
    public void Groupings_can_be_combined() =>
        (Query with { GroupBy = TelemetryGrouping.Step | TelemetryGrouping.Model | TelemetryGrouping.Tenant, Interval = TimeSpan.FromSeconds(1) })
            .GroupBy.Should().HaveFlag(TelemetryGrouping.Model);
}
