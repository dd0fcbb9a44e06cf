using System.Diagnostics.Metrics;
using System.Reflection;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Diagnostics;
using Xunit;

namespace Pipeline.Telemetry;

public sealed class GenAiInstrumentTests
{
    [Fact]
    public async Task The_instruments_have_the_units_and_buckets_that_the_conventions_ask_for()
    {
        List<Instrument> instruments = [];
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, meters))
                {
                    instruments.Add(instrument);
                }
            },
        };
        listener.Start();

        _ = new GenAiMetrics(meters);
        _ = new PipelineDiagnostics(meters);

        var tokens = instruments.Single(i => i.Name is "gen_ai.client.token.usage").Should().BeOfType<Histogram<long>>().Subject;
        tokens.Unit.Should().Be("{token}");
        tokens.Advice!.HistogramBucketBoundaries.Should().Equal(
            1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864);
        var duration = instruments.Single(i => i.Name is "gen_ai.client.operation.duration").Should().BeOfType<Histogram<double>>().Subject;
        duration.Unit.Should().Be("s");
        duration.Advice!.HistogramBucketBoundaries.Should().Equal(
            0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);
        instruments.Where(i => i.Name.StartsWith("pipeline.cost", StringComparison.Ordinal)).Select(i => (i.Name, i.Unit)).Should().BeEquivalentTo(
            new[] { ("pipeline.cost", "{currency}"), ("pipeline.cost.avoided", "{currency}") });
        instruments.Should().ContainSingle(i => i.Name == "pipeline.pricing.unknown_model").Which.Unit.Should().Be("{report}");
    }

    [Fact]
    public void No_name_of_the_conventions_stands_in_the_table_twice()
    {
        var names = typeof(GenAiConventions).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);

        names.Should().OnlyHaveUniqueItems();
        GenAiConventions.Version.Should().Be("1.40.0");
    }
}
