using FluentAssertions;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.Caching.Distributed;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.DependencyInjection;

public sealed class FrameworkCacheTests
{
    [Fact]
    public void A_suite_is_the_hosts_hybrid_cache_where_it_is_asked_to()
    {
        var services = new ServiceCollection();
        services.AddPipeline().AsHybridCache().AsHybridCache();
        var provider = services.BuildServiceProvider();

        provider.GetServices<HybridCache>().Should().ContainSingle().Which.Should().BeSameAs(provider.GetRequiredService<TieredCache>());
        ((Action)provider.Dispose).Should().NotThrow();
    }

    [Fact]
    public void A_named_suite_can_be_the_hosts_hybrid_cache()
    {
        var services = new ServiceCollection();
        services.AddPipeline();
        services.AddPipeline("red").AsHybridCache();
        using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<HybridCache>().Should().BeSameAs(provider.GetRequiredKeyedService<TieredCache>("red"));
    }

    [Fact]
    public void Two_suites_cannot_both_be_the_hosts_cache()
    {
        var services = new ServiceCollection();
        services.AddPipeline().AsHybridCache().AsDistributedCache();
        var red = services.AddPipeline("red");

        ((Action)(() => red.AsHybridCache())).Should().Throw<InvalidOperationException>().WithMessage(
            "AsHybridCache is called on the main suite and on the suite 'red', but a host has one HybridCache. Keep one of the calls, and take the other suite's cache by its name.");
        ((Action)(() => red.AsDistributedCache())).Should().Throw<InvalidOperationException>().WithMessage(
            "AsDistributedCache is called on the main suite and on the suite 'red', but a host has one IDistributedCache.*");
    }

    [Fact]
    public void What_the_host_registers_after_that_is_its_own_business()
    {
        var services = new ServiceCollection();
        var own = new DeadDistributedCache();
        services.AddPipeline().AsDistributedCache();
        services.AddSingleton<IDistributedCache>(own);
        using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<IDistributedCache>().Should().BeSameAs(own);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task The_hosts_distributed_cache_stands_on_the_suites_backend()
    {
        await using var provider = Suite.Build(builder => builder.AsDistributedCache());
        var cache = provider.GetRequiredService<IDistributedCache>();

        await cache.SetStringAsync("a", "value");

        cache.Should().BeAssignableTo<IBufferDistributedCache>();
        (await provider.GetRequiredService<ICacheBackend>().TryGetAsync("a", new System.Buffers.ArrayBufferWriter<byte>())).Length.Should().Be(5);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task The_suites_cache_stands_on_the_hosts_distributed_cache()
    {
        var host = new DictionaryDistributedCache(TimeProvider.System);
        var services = new ServiceCollection();
        services.AddSingleton<IDistributedCache>(host);
        services.AddPipeline().UseDistributedCache();
        services.AddPipeline("red").UseDistributedCache();
        await using var provider = services.BuildServiceProvider();
        await provider.StartPipelineAsync();

        await provider.GetRequiredService<TieredCache>().SetAsync("a", "main", tags: ["t"]);
        await provider.GetRequiredKeyedService<TieredCache>("red").SetAsync("a", "red");

        host.Keys.Should().Contain(["pipeline:k:a", "pipeline:t:t", "pipeline:red/k:a"]);
        (await provider.GetRequiredService<TieredCache>().GetOrCreateAsync("a", _ => ValueTask.FromResult(""))).Should().Be("main");
        (await provider.GetRequiredKeyedService<TieredCache>("red").GetOrCreateAsync("a", _ => ValueTask.FromResult(""))).Should().Be("red");
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_distributed_cache_that_the_host_has_not_is_found_at_start()
    {
        await using var provider = Suite.Build(builder => builder.UseDistributedCache());

        var act = () => provider.StartPipelineAsync();

        (await act.Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("UseDistributedCache takes the host's IDistributedCache, and none is registered. Register one, or remove the call.");
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_distributed_cache_that_is_away_stops_the_start_unless_a_warning_will_do()
    {
        await using var strict = Build(StartupCheck.Require);
        await using var lenient = Build(StartupCheck.Warn);

        (await ((Func<Task>)(() => strict.StartPipelineAsync())).Should().ThrowAsync<BackendUnavailableException>())
            .WithMessage("The host's distributed cache did not answer 'cache read'.*");
        await lenient.StartPipelineAsync();

        static ServiceProvider Build(StartupCheck check)
        {
            var services = new ServiceCollection();
            services.AddSingleton<IDistributedCache, DeadDistributedCache>();
            services.AddPipeline().UseDistributedCache(check);
            return services.BuildServiceProvider();
        }
    }

    [Fact]
    public void A_suite_cannot_stand_on_itself()
    {
        const string Problem = "UseDistributedCache and AsDistributedCache are called on the same suite, whose cache would stand on itself. Keep one of the calls.";

        ((Action)(() => new ServiceCollection().AddPipeline().UseDistributedCache().AsDistributedCache())).Should().Throw<InvalidOperationException>().WithMessage(Problem);
        ((Action)(() => new ServiceCollection().AddPipeline().AsDistributedCache().UseDistributedCache())).Should().Throw<InvalidOperationException>().WithMessage(Problem);
    }

    [Fact]
    public void The_role_is_claimed_once()
    {
        var builder = new ServiceCollection().AddPipeline().SetRole<ICacheBackend>("UseRedis", _ => new InMemoryCacheBackend());

        ((Action)(() => builder.UseDistributedCache())).Should().Throw<InvalidOperationException>()
            .WithMessage("The role ICacheBackend is claimed twice: by UseRedis and by UseDistributedCache.*");
    }

    [Fact]
    public void A_name_that_is_too_long_to_begin_keys_with_is_refused()
    {
        var builder = new ServiceCollection().AddPipeline(new string('x', 119));

        ((Action)(() => builder.UseDistributedCache())).Should().Throw<ArgumentException>()
            .WithMessage("What keys would begin with is longer than 128 bytes of UTF-8. Shorten it.*");
    }
}
