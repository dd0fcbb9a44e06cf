using System.Buffers;
using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.Caching.FaultInjection;
using Xunit;

namespace Pipeline.Caching;

public sealed class CacheFaultInjectionTests
{
    private static readonly CacheEntryOptions Options = new() { FreshFor = TimeSpan.FromMinutes(1) };
    private static readonly string[] Keys = ["a"];
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private readonly CacheFaults _faults = new();
    private readonly InMemoryCacheBackend _inner = new(timeProvider: new ManualTimeProvider());
    private readonly FaultInjectingCacheBackend _cache;

    public CacheFaultInjectionTests() => _cache = new FaultInjectingCacheBackend(_inner, _faults);

    [Theory]
    [InlineData(CacheCall.Get)]
    [InlineData(CacheCall.GetMany)]
    [InlineData(CacheCall.ReadGenerations)]
    [InlineData(CacheCall.Set)]
    [InlineData(CacheCall.SetMany)]
    [InlineData(CacheCall.TryAdd)]
    [InlineData(CacheCall.Remove)]
    [InlineData(CacheCall.InvalidateTag)]
    [InlineData(CacheCall.TakeLease)]
    [InlineData(CacheCall.RenewLease)]
    [InlineData(CacheCall.ReleaseLease)]
    public async Task Every_call_fails_as_often_as_it_is_to(CacheCall call)
    {
        await SetAsync(_inner, "a");
        _faults.FailBefore(call, times: 2);

        await Calling(call).Should().ThrowAsync<BackendUnavailableException>();
        await Calling(call).Should().ThrowAsync<BackendUnavailableException>();

        await Calling(call).Should().NotThrowAsync();
    }

    [Fact]
    public async Task A_call_that_fails_before_takes_no_effect()
    {
        _faults.FailBefore(CacheCall.Set);

        await Calling(CacheCall.Set).Should().ThrowAsync<BackendUnavailableException>();

        (await HasAsync("a")).Should().BeFalse();
    }

    [Fact]
    public async Task A_call_that_fails_after_takes_effect()
    {
        _faults.FailAfter(CacheCall.Set, exception: new TimeoutException());

        await Calling(CacheCall.Set).Should().ThrowAsync<TimeoutException>();

        (await HasAsync("a")).Should().BeTrue();
    }

    [Theory]
    [InlineData(CacheCall.Get)]
    [InlineData(CacheCall.GetMany)]
    public async Task A_read_whose_answer_is_lost_has_written_nothing(CacheCall call)
    {
        await SetAsync(_inner, "a");
        _faults.FailAfter(call);
        var destination = new ArrayBufferWriter<byte>();

        await Calling(call, destination).Should().ThrowAsync<BackendUnavailableException>();
        destination.WrittenCount.Should().Be(0);

        await Calling(call, destination)();
        destination.WrittenCount.Should().Be(1);
    }

    [Fact]
    public async Task A_call_waits_at_its_gate()
    {
        var gate = _faults.Hold(CacheCall.Set);
        var set = SetAsync(_cache, "a");
        await gate.Reached;
        set.IsCompleted.Should().BeFalse();
        (await HasAsync("a")).Should().BeFalse();

        gate.Open();
        await set;

        (await HasAsync("a")).Should().BeTrue();
    }

    [Fact]
    public void Abilities_are_those_of_the_inner_cache()
    {
        _cache.GetCapability<InMemoryCacheBackend>().Should().BeSameAs(_inner);
        _cache.GetCapability<FaultInjectingCacheBackend>().Should().BeSameAs(_cache);
        _cache.GetCapability<ICacheInvalidationFeed>().Should().NotBeNull().And.NotBeSameAs(_inner.GetCapability<ICacheInvalidationFeed>());
        _cache.GetCapability<ICacheFillLeases>().Should().NotBeNull().And.NotBeSameAs(_inner.GetCapability<ICacheFillLeases>());
        _cache.GetCapability<IDisposable[]>().Should().BeNull();
    }

    private static Task SetAsync(ICacheBackend cache, string key) => cache.SetAsync(key, new ReadOnlySequence<byte>("x"u8.ToArray()), Options).AsTask();

    private async Task<bool> HasAsync(string key) => (await _inner.TryGetAsync(key, new ArrayBufferWriter<byte>())).IsFound;

    private Func<Task> Calling(CacheCall call, ArrayBufferWriter<byte>? destination = null)
    {
        destination ??= new ArrayBufferWriter<byte>();
        var value = new ReadOnlySequence<byte>("x"u8.ToArray());
        var leases = _cache.GetCapability<ICacheFillLeases>()!;
        var lease = CacheFillLease.Taken("a", Guid.NewGuid(), Lease);
        return call switch
        {
            CacheCall.Get => () => _cache.TryGetAsync("a", destination).AsTask(),
            CacheCall.GetMany => () => _cache.GetManyAsync(Keys, destination, new CacheReadResult[1]).AsTask(),
            CacheCall.ReadGenerations => () => _cache.ReadGenerationsAsync(["t"]).AsTask(),
            CacheCall.Set => () => SetAsync(_cache, "a"),
            CacheCall.SetMany => () => _cache.SetManyAsync(new[] { new CacheEntry("a", value, Options) }).AsTask(),
            CacheCall.TryAdd => () => _cache.TryAddAsync("a", value, Options).AsTask(),
            CacheCall.Remove => () => _cache.RemoveAsync("a").AsTask(),
            CacheCall.InvalidateTag => () => _cache.InvalidateTagAsync("t").AsTask(),
            CacheCall.TakeLease => () => leases.TryTakeAsync("a", Lease).AsTask(),
            CacheCall.RenewLease => () => leases.RenewAsync(lease, Lease).AsTask(),
            _ => () => leases.ReleaseAsync(lease).AsTask(),
        };
    }
}
