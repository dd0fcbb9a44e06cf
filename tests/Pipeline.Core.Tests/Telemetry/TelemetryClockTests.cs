using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Conformance;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Telemetry;

public sealed class TelemetryClockTests
{
    [Fact]
    public async Task A_clock_that_goes_backwards_breaks_no_call()
    {
        var clock = new ManualTimeProvider(new DateTimeOffset(1950, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var services = new ServiceCollection().AddSingleton<TimeProvider>(clock);
        services.AddPipeline().AddStep<DateTimeOffset, int>("count", (utcNow, _, _) =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            clock.SetUtcNow(utcNow);
            return new ValueTask<int>(1);
        });
        await using var provider = services.BuildServiceProvider();
        var runner = provider.GetRequiredService<IStepRunner<DateTimeOffset, int>>();

        foreach (var utcNow in (DateTimeOffset[])[Sample.Noon, Sample.Noon.AddDays(-1), DateTimeOffset.UnixEpoch.AddDays(-1)])
        {
            (await runner.RunAsync(utcNow)).Value.Should().Be(1);
        }

        (await CallsAsync(provider.GetRequiredService<ITelemetryReader>())).Should().Be(3);
    }

    [Fact]
    public async Task A_call_that_can_have_no_record_has_none_and_is_made_all_the_same()
    {
        // It began before the first time there is.
        var services = new ServiceCollection().AddSingleton<TimeProvider>(new StoppedClock());
        services.AddPipeline().AddStep<int, int>("count", (input, _, _) => new ValueTask<int>(input));
        await using var provider = services.BuildServiceProvider();
        using var metrics = new MeasurementCollector(provider.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());

        (await provider.GetRequiredService<IStepRunner<int, int>>().RunAsync(7)).Value.Should().Be(7);

        (await CallsAsync(provider.GetRequiredService<ITelemetryReader>())).Should().Be(0);
        metrics.Of("pipeline.telemetry.sink.errors").Should().Equal((1, "pipeline.sink=none"));
    }

    private static async Task<long> CallsAsync(ITelemetryReader reader) => (await reader.SummarizeAsync(Sample.Everything)).Rows.Single().Calls;

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.MinValue;
    }
}
