using FluentAssertions;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Caching;
using Pipeline.Caching.Distributed;
using Pipeline.DependencyInjection;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Diagnostics;

public sealed class CacheCheckTests
{
    private const string Set = ", in the configuration or where the code sets it.";
    private const long Mebibyte = 1024 * 1024;

    [Theory]
    [InlineData(512, false, DoctorStatus.Ok)]
    [InlineData(511, false, DoctorStatus.Warning)]
    [InlineData(285, true, DoctorStatus.Warning)]
    [InlineData(284, true, DoctorStatus.Error)]
    [InlineData(284, false, DoctorStatus.Warning)]
    public async Task A_cache_that_may_take_the_processs_memory_is_a_warning_and_an_error_where_steps_fill_it(int availableMebibytes, bool isCached, DoctorStatus status)
    {
        var host = new DoctorHost { Facts = DoctorHost.LargeMachine with { AvailableMemoryBytes = availableMebibytes * Mebibyte } };

        var result = await host.AskAsync("cache.memory", builder => builder.AddStep<string, string>(
            "answer", (input, _, _) => new(input), step => _ = isCached ? step.Cache(TimeSpan.FromSeconds(1)) : step));

        result.Status.Should().Be(status);
        result.Summary.Should().Be($"The cache may hold 256 MiB of the {availableMebibytes} MiB that the process may use.");
        result.Mend.Should().Be(status == DoctorStatus.Ok
            ? null
            : $"Set Caching:Memory:MaxBytes to {availableMebibytes * Mebibyte / 2} or less{Set} Or give the process more memory.");
    }

    [Fact]
    public async Task A_value_that_is_larger_than_the_cache_is_a_warning()
    {
        var result = await new DoctorHost().AskAsync("cache.memory", builder => builder.ConfigureCache(options =>
        {
            options.Memory.MaxBytes = 2 * Mebibyte;
            options.MaxValueBytes = (int)(2 * Mebibyte) + 1;
        }));

        result.Should().Be(DoctorResult.Warning(
            "MaxValueBytes is 2 MiB, more than the cache holds in all: larger values are made anew at each call.", $"Set Caching:MaxValueBytes to {2 * Mebibyte / 10} or less{Set}"));
    }

    [Fact]
    public async Task A_backend_that_tells_nobody_of_invalidations_is_a_warning_for_each_entry_without_a_local_bound()
    {
        var result = await OnDistributedCacheAsync(builder => builder.AddCachePreset("prices", preset => preset.FreshFor = TimeSpan.FromHours(1)).AddCachePreset("bounded", preset => preset.LocalFor = TimeSpan.FromSeconds(1)));

        result.Status.Should().Be(DoctorStatus.Warning);
        result.Summary.Should().Be(
            "The cache's backend tells nobody of invalidations, and these have no LocalFor: 'Default', 'Presets:prices'. A process goes on with its own copies for up to 01:00:00 after another has invalidated them.");
        result.Mend.Should().Be($"Set Caching:Default:LocalFor to the longest that is bearable, for instance 00:00:10{Set} The same for the others.");
    }

    [Fact]
    public async Task Invalidations_that_are_heard_of_or_bounded_are_well()
    {
        (await OnDistributedCacheAsync(builder => builder.ConfigureCache(options => options.Default.LocalFor = TimeSpan.FromSeconds(1)))).Should().Be(
            DoctorResult.Ok("The cache's backend tells nobody of invalidations, but every entry has a LocalFor."));
        (await new DoctorHost().AskAsync("cache.invalidation", _ => { })).Should().Be(DoctorResult.Ok("The cache is this process's own."));
        (await new DoctorHost().AskAsync("cache.invalidation", builder => builder.SetRole<ICacheBackend>(
            "UseBackend", services => new InMemoryCacheBackend(new CacheMemoryOptions(), services.GetRequiredService<TimeProvider>())))).Should().Be(
            DoctorResult.Ok("The cache's backend tells every process of invalidations."));
    }

    private static Task<DoctorResult> OnDistributedCacheAsync(Action<IPipelineBuilder> declare) => new DoctorHost
    {
        Services = services => services.AddSingleton<IDistributedCache>(new DictionaryDistributedCache(TimeProvider.System)),
    }.AskAsync("cache.invalidation", builder => declare(builder.UseDistributedCache()));
}
