using FluentAssertions;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Caching;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.DependencyInjection;

public sealed class CachingTests
{
    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_bare_collection_has_a_cache()
    {
        await using var provider = Suite.Build(_ => { });
        await provider.StartPipelineAsync();
        var cache = provider.GetRequiredService<TieredCache>();

        var made = await cache.GetOrCreateAsync("a", _ => ValueTask.FromResult("made"));
        var found = await cache.GetOrCreateAsync("a", _ => ValueTask.FromResult("made again"));

        (made, found).Should().Be(("made", "made"));
        provider.GetRequiredService<TieredCache>().Should().BeSameAs(cache);
        provider.GetRequiredService<ICacheBackend>().Should().BeOfType<InMemoryCacheBackend>();
    }

    [Fact]
    public void No_type_of_the_framework_is_taken_over_unasked()
    {
        using var provider = Suite.Build(_ => { });

        provider.GetService<HybridCache>().Should().BeNull();
        provider.GetService<IDistributedCache>().Should().BeNull();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Each_suite_has_a_cache_and_settings_of_its_own()
    {
        var services = new ServiceCollection();
        services.AddPipeline(Suite.Configure("Caching:Default:FreshFor", "00:00:01"));
        services.AddPipeline("red", Suite.Configure("Caching:Default:FreshFor", "00:00:02"));
        services.AddPipeline("blue").ConfigureCache(options => options.Default.FreshFor = TimeSpan.FromSeconds(3));
        await using var provider = services.BuildServiceProvider();
        TieredCache[] caches =
            [provider.GetRequiredService<TieredCache>(), provider.GetRequiredKeyedService<TieredCache>("red"), provider.GetRequiredKeyedService<TieredCache>("blue")];

        for (var i = 0; i < caches.Length; i++)
        {
            (await caches[i].GetOrCreateAsync("a", i, static (number, _) => ValueTask.FromResult(number))).Should().Be(i);
            await caches[i].RemoveByTagAsync("*");
        }

        caches.Select(cache => cache.DefaultPreset.FreshFor.Seconds).Should().Equal(1, 2, 3);
        provider.GetRequiredKeyedService<ICacheBackend>("red").Should().NotBeSameAs(provider.GetRequiredKeyedService<ICacheBackend>("blue"));
    }

    [Fact]
    public void Code_wins_over_configuration()
    {
        var configuration = Suite.ConfigureJson("""
            {
              "Caching": {
                "MaxValueBytes": 100,
                "BackendFailures": 7,
                "Memory": { "MaxEntries": 10, "MaxBytes": 2000000 },
                "Default": { "FreshFor": "00:01:00", "Jitter": 0.1 },
                "Presets": { "ANSWERS": { "FreshFor": "01:00:00", "StaleFor": "1.00:00:00", "SoftTimeout": "00:00:00.100", "EarlyRefresh": 0.8 }, "texts": { "UseFillLease": false } }
              }
            }
            """);
        using var provider = Suite.Build(
            builder => builder
                .ConfigureCache(options => (options.BackendFailures, options.Default.Jitter) = (8, 0.2))
                .AddCachePreset("answers", preset => preset.FreshFor = TimeSpan.FromHours(2))
                .AddCachePreset("texts")
                .AddCachePreset("others"),
            configuration);

        var options = CachingRegistration.ReadOptions(provider, provider.GetRequiredService<PipelineRegistry>());

        options.Should().BeEquivalentTo(new TieredCacheOptions
        {
            MaxValueBytes = 100,
            BackendFailures = 8,
            Memory = new() { MaxEntries = 10, MaxBytes = 2_000_000 },
            Default = new() { FreshFor = TimeSpan.FromMinutes(1), Jitter = 0.2 },
            Presets =
            {
                ["answers"] = new()
                {
                    FreshFor = TimeSpan.FromHours(2), StaleFor = TimeSpan.FromDays(1), SoftTimeout = TimeSpan.FromMilliseconds(100), EarlyRefresh = 0.8,
                },
                ["texts"] = new() { UseFillLease = false },
                ["others"] = new(),
            },
        });
        provider.GetRequiredService<TieredCache>().WithPreset("answers").Should().NotBeNull();
    }

    [Fact]
    public void A_preset_that_is_not_there_is_refused_with_those_that_are()
    {
        using var provider = Suite.Build(builder => builder.AddCachePreset("b").AddCachePreset("a"));

        var act = () => provider.GetRequiredService<TieredCache>().WithPreset("c");

        act.Should().Throw<ArgumentException>().WithMessage("There is no cache preset 'c'. There are: a, b. Declare it with AddCachePreset.*");
    }

    [Fact]
    public void A_preset_is_declared_once_and_by_a_proper_name()
    {
        var builder = new ServiceCollection().AddPipeline().AddCachePreset("a");

        ((Action)(() => builder.AddCachePreset("a"))).Should().Throw<InvalidOperationException>()
            .WithMessage("'a' is declared twice in Caching. Remove one of the declarations, or give one another name.");
        ((Action)(() => builder.AddCachePreset("a\nb"))).Should().Throw<ArgumentException>().WithParameterName("name");
        ((Action)(() => builder.ConfigureCache(null!))).Should().Throw<ArgumentNullException>();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task The_start_finds_a_bad_preset_of_the_code()
    {
        await using var provider = Suite.Build(builder => builder.AddCachePreset("a", preset => preset.SoftTimeout = TimeSpan.FromSeconds(1)));

        var act = () => provider.StartPipelineAsync();

        (await act.Should().ThrowAsync<Microsoft.Extensions.Options.OptionsValidationException>())
            .WithMessage("Cache preset 'a': SoftTimeout is set, but StaleFor is zero*");
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_preset_that_is_configured_is_an_error_where_none_is_declared()
    {
        await using var provider = Suite.Build(_ => { }, Suite.Configure("Caching:Presets:a:FreshFor", "01:00:00"));

        (await ((Func<Task>)(() => provider.StartPipelineAsync())).Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("'Pipeline:Caching:Presets:a' configures the cache preset 'a', which is not declared in code; declared are: none.*");
    }

    [Fact]
    public void The_memorys_bounds_are_those_of_the_backend_in_memory_too()
    {
        using var provider = Suite.Build(_ => { }, Suite.Configure("Caching:Memory:MaxEntries", "0"));

        var act = provider.GetRequiredService<ICacheBackend>;

        act.Should().Throw<Microsoft.Extensions.Options.OptionsValidationException>().WithMessage("*MaxEntries is 0.*");
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_backend_that_takes_the_role_holds_the_values()
    {
        var backend = new InMemoryCacheBackend();
        await using var provider = Suite.Build(builder => builder.SetRole<ICacheBackend>("UseOther", _ => backend));
        var cache = provider.GetRequiredService<TieredCache>();

        await cache.SetAsync("a", "value");

        (await backend.TryGetAsync("a", new System.Buffers.ArrayBufferWriter<byte>())).IsFound.Should().BeTrue();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Values_in_the_default_cache_are_kept_once()
    {
        await using var provider = Suite.Build(_ => { });

        await provider.GetRequiredService<TieredCache>().SetAsync("a", "value");

        (await provider.GetRequiredService<ICacheBackend>().TryGetAsync("a", new System.Buffers.ArrayBufferWriter<byte>())).IsFound.Should().BeFalse();
    }
}
