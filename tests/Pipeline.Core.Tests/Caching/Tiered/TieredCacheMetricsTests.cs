using System.Diagnostics.Metrics;
using FluentAssertions;
using Xunit;

namespace Pipeline.Caching;

public sealed class TieredCacheMetricsTests
{
    [Fact]
    public async Task Requests_and_fills_are_counted_by_outcome()
    {
        using var host = TieredHost.Local();
        var factory = new Factory(isHeld: true);
        var first = host.Cache.AskAsync("key", factory);
        var second = host.Cache.AskAsync("key", factory);
        factory.Finish();
        await Task.WhenAll(first, second);
        await host.Cache.AskAsync("key", factory);
        var failing = host.Cache.AskAsync("failing", factory);
        factory.Fail(2);
        await failing.Awaiting(one => one).Should().ThrowAsync<InvalidDataException>();

        host.Metrics.Of("pipeline.cache.requests").Select(one => one.Tags).Should().BeEquivalentTo(
            "pipeline.outcome=miss", "pipeline.outcome=shared", "pipeline.outcome=hit", "pipeline.outcome=miss");
        host.Metrics.Of("pipeline.cache.fill.duration").Select(one => one.Tags).Should().Equal("pipeline.outcome=stored", "pipeline.outcome=failed");
    }

    [Fact]
    public async Task Sizes_and_evictions_are_observed()
    {
        using var host = TieredHost.Local(options => options.Memory.MaxEntries = 10);
        for (var i = 0; i < 25; i++)
        {
            await host.Cache.SetAsync($"key {i}", "value");
        }

        var seen = Observe(host);

        seen["pipeline.cache.entries"].Should().Be(10);
        seen["pipeline.cache.evictions"].Should().Be(15);
        seen["pipeline.cache.bytes"].Should().BeGreaterThan(10 * 100);
        seen["pipeline.cache.backend.open_breakers"].Should().Be(0);
        host.Cache.Dispose();
        host.Cache.Dispose();
        var after = Observe(host);
        after["pipeline.cache.entries"].Should().Be(0);
        after["pipeline.cache.evictions"].Should().Be(15);
    }

    [Fact]
    public async Task Logs_name_no_key_tag_or_value()
    {
        using var host = await TieredHost.SharedAsync(options => options.MaxValueBytes = 10);
        await host.Cache.GetOrCreateAsync("secret key", static _ => ValueTask.FromResult("secret value too long"), tags: ["secret tag"]);
        Array.ForEach(
            Enum.GetValues<Pipeline.Conformance.Caching.FaultInjection.CacheCall>(), call => host.Faults.FailBefore(call, times: 20));
        for (var i = 0; i < 10; i++)
        {
            await host.Cache.GetOrCreateAsync($"secret {i}", static _ => ValueTask.FromResult("secret"), tags: ["secret tag"]);
        }

        host.Logs.Entries.Should().NotBeEmpty();
        host.Logs.Entries.Should().OnlyContain(entry => !entry.Text.Contains("secret", StringComparison.OrdinalIgnoreCase));
        host.Logs.Entries.Should().OnlyContain(entry => entry.Id >= 3000 && entry.Id <= 3999);
    }

    private static Dictionary<string, long> Observe(TieredHost host)
    {
        var seen = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.IsObservable && ReferenceEquals(instrument.Meter.Scope, host.Meters))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }
}
