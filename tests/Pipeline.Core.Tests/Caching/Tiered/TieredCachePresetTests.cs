using FluentAssertions;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Options;
using Xunit;

namespace Pipeline.Caching;

public sealed class TieredCachePresetTests
{
    [Fact]
    public async Task A_preset_is_another_default_over_the_same_entries()
    {
        using var host = TieredHost.Local(options => options.Presets["short"] = new CacheEntryPreset { FreshFor = TimeSpan.FromSeconds(1) });
        var brief = host.Cache.WithPreset("short");
        var factory = new Factory();
        (await brief.AskAsync("key", factory)).Should().Be("1");
        (await host.Cache.AskAsync("key", factory)).Should().Be("1");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        (await host.Cache.AskAsync("key", factory)).Should().Be("2");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        (await brief.AskAsync("key", factory)).Should().Be("2", "it was stored for five minutes");

        await brief.RemoveByTagAsync("*");
        (await host.Cache.PeekAsync("key")).Should().BeNull();
        await brief.SetAsync("key", "set");
        (await brief.GetOrCreateAsync("key".AsSpan(), factory.MakeAsync)).Should().Be("set");
        await brief.RemoveAsync("key");
        (await host.Cache.PeekAsync("key")).Should().BeNull();
        await brief.SetAsync("key", "set");
        await brief.RemoveAsync(["key"]);
        await brief.RemoveByTagAsync(["a"]);
        (await brief.PeekAsync("key")).Should().BeNull();
    }

    [Fact]
    public async Task What_a_call_says_wins_over_the_preset()
    {
        using var host = TieredHost.Local(options => options.Presets["short"] = new CacheEntryPreset { FreshFor = TimeSpan.FromSeconds(1) });
        await host.Cache.WithPreset("short").SetAsync("key", "value", new HybridCacheEntryOptions { Expiration = TimeSpan.FromMinutes(1) });
        host.Clock.Advance(TimeSpan.FromSeconds(59));

        (await host.Cache.PeekAsync("key")).Should().Be("value");
    }

    [Fact]
    public void An_unknown_preset_is_refused_and_the_known_ones_are_named()
    {
        using var host = TieredHost.Local(options =>
        {
            options.Presets["b"] = new CacheEntryPreset();
            options.Presets["a"] = new CacheEntryPreset();
        });

        host.Cache.Invoking(cache => cache.WithPreset("c")).Should().Throw<ArgumentException>()
            .WithMessage("There is no cache preset 'c'. There are: a, b.*");
    }

    [Fact]
    public void The_options_are_copied()
    {
        var preset = new CacheEntryPreset();
        using var host = TieredHost.Local(options => options.Default = preset);
        preset.FreshFor = TimeSpan.FromDays(1);

        host.Cache.DefaultPreset.FreshFor.Should().Be(TimeSpan.FromMinutes(5));
    }

    [Fact]
    public void Every_setting_that_is_out_of_range_is_named()
    {
        var options = new TieredCacheOptions
        {
            MaxValueBytes = 0,
            BackendTimeout = TimeSpan.Zero,
            BackendFailures = 0,
            BackendBreak = TimeSpan.FromDays(1),
            UnconfirmedFor = TimeSpan.FromSeconds(-1),
            FillLease = TimeSpan.FromMilliseconds(99),
            Memory = new CacheMemoryOptions { MaxEntries = 0 },
            Default = new CacheEntryPreset
            {
                FreshFor = TimeSpan.Zero,
                LocalFor = TimeSpan.Zero,
                StaleFor = TimeSpan.FromSeconds(-1),
                HardTimeout = TimeSpan.Zero,
                RetryDelay = TimeSpan.FromSeconds(-1),
                EarlyRefresh = double.NaN,
                Jitter = 1,
                FillWait = TimeSpan.FromDays(2),
            },
        };
        options.Presets["soft"] = new CacheEntryPreset { SoftTimeout = TimeSpan.FromSeconds(2), HardTimeout = TimeSpan.FromSeconds(1) };
        options.Presets["none"] = null!;

        var failures = new TieredCacheOptionsValidator().Validate("", options).Failures!.ToArray();

        string[] settings =
        [
            "MaxValueBytes", "BackendTimeout", "BackendFailures", "BackendBreak", "UnconfirmedFor", "FillLease", "MaxEntries", "FreshFor",
            "LocalFor", "StaleFor", "HardTimeout is 00:00:00", "RetryDelay", "EarlyRefresh is NaN", "Jitter", "FillWait",
            "SoftTimeout is set, but StaleFor is zero", "SoftTimeout is 00:00:02, longer than HardTimeout", "Preset 'none' is null",
        ];
        failures.Should().HaveCount(settings.Length);
        settings.Should().OnlyContain(setting => failures.Any(failure => failure.Contains(setting, StringComparison.Ordinal)));
    }

    [Fact]
    public void Options_without_parts_are_refused()
    {
        var options = new TieredCacheOptions { Memory = null!, Default = null!, Presets = null! };

        new TieredCacheOptionsValidator().Validate("", options).Failures.Should().HaveCount(3);
        FluentActions.Invoking(() => TieredHost.Local(o => o.MaxValueBytes = -1)).Should().Throw<OptionsValidationException>();
    }
}
