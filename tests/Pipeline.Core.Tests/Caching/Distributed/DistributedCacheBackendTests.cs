using System.Buffers;
using FluentAssertions;
using Microsoft.Extensions.Caching.Distributed;
using Pipeline.Backends;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.Caching.Distributed;

public sealed class DistributedCacheBackendTests
{
    private static readonly CacheEntryOptions Lasting = new() { FreshFor = TimeSpan.FromDays(1) };
    private static readonly ReadOnlySequence<byte> Value = new("value"u8.ToArray());

    private readonly ManualTimeProvider _clock = new();
    private readonly DictionaryDistributedCache _shared;
    private readonly ICacheBackend _backend;

    public DistributedCacheBackendTests()
    {
        _shared = new(_clock);
        _backend = _shared.AsCacheBackend(timeProvider: _clock);
    }

    [Fact]
    public async Task Entries_tags_and_uses_stand_under_keys_of_their_own()
    {
        var tags = await _backend.ReadGenerationsAsync(["a"]);
        await _backend.SetAsync("a", Value, Lasting with { Tags = tags, SlidingWindow = TimeSpan.FromMinutes(1) });

        _shared.Keys.Should().BeEquivalentTo("pipeline:k:a", "pipeline:t:a", "pipeline:u:a");
    }

    [Fact]
    public async Task Names_that_are_too_long_for_some_stores_are_hashed()
    {
        var longest = new string('x', 512);
        var other = new string('x', 511) + "y";
        await _backend.SetAsync(longest, Value, Lasting);

        _shared.Keys.Should().ContainSingle().Which.Should().StartWith("pipeline:k#:").And.HaveLength(55);
        (await _backend.TryGetAsync(longest, new ArrayBufferWriter<byte>())).IsFound.Should().BeTrue();
        (await _backend.TryGetAsync(other, new ArrayBufferWriter<byte>())).IsFound.Should().BeFalse();
    }

    [Fact]
    public async Task Suites_with_different_prefixes_do_not_meet()
    {
        var other = _shared.AsCacheBackend("other:", _clock);
        await _backend.SetAsync("a", Value, Lasting with { Tags = await _backend.ReadGenerationsAsync(["t"]) });

        await other.InvalidateTagAsync("t");

        (await other.TryGetAsync("a", new ArrayBufferWriter<byte>())).IsFound.Should().BeFalse();
        (await _backend.TryGetAsync("a", new ArrayBufferWriter<byte>())).IsFound.Should().BeTrue();
    }

    [Fact]
    public async Task Another_process_sees_entries_and_invalidations_at_once()
    {
        var other = _shared.AsCacheBackend(timeProvider: _clock);
        await _backend.SetAsync("a", Value, Lasting with { Tags = await _backend.ReadGenerationsAsync(["t"]) });
        (await other.TryGetAsync("a", new ArrayBufferWriter<byte>())).IsFound.Should().BeTrue();

        await other.InvalidateTagAsync("t");

        (await _backend.TryGetAsync("a", new ArrayBufferWriter<byte>())).IsFound.Should().BeFalse();
    }

    [Fact]
    public async Task A_generation_grows_though_the_clock_goes_back()
    {
        var before = (await _backend.ReadGenerationsAsync(["t"]))[0].Generation;
        _clock.SetUtcNow(_clock.GetUtcNow() - TimeSpan.FromDays(1));
        await _shared.RemoveAsync("pipeline:t:t");

        (await _backend.ReadGenerationsAsync(["t"]))[0].Generation.Should().BeGreaterThan(before);
    }

    [Fact]
    public async Task What_is_stored_is_that_of_version_1()
    {
        _clock.SetUtcNow(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));
        var tags = await _backend.ReadGenerationsAsync(["t"]);
        await _backend.SetAsync("a", new("hello"u8.ToArray()), new() { FreshFor = TimeSpan.FromHours(1), SlidingWindow = TimeSpan.FromMinutes(10) });

        tags[0].Generation.Should().Be(1_767_323_045_678_000);
        (await HexOfAsync("pipeline:k:a")).Should().EndWith("c027090000000000" + "68656c6c6f", "the envelope is that of any backend");
        (await HexOfAsync("pipeline:t:t")).Should().Be("89504c4301002000f7bb335f080000002e8fa97c9b0100002e8fa97c9b010000b04b57f65e470600");
        (await HexOfAsync("pipeline:u:a")).Should().EndWith("2e8fa97c9b010000");
    }

    [Fact]
    public async Task The_distributed_cache_may_drop_an_entry_when_it_is_over_and_a_tag_after_a_month_without_reads()
    {
        await _backend.SetAsync("a", Value, new() { FreshFor = TimeSpan.FromMinutes(1), StaleFor = TimeSpan.FromMinutes(1), Tags = await _backend.ReadGenerationsAsync(["t"]) });

        _clock.Advance(TimeSpan.FromMinutes(2) + TimeSpan.FromMilliseconds(999));
        (await _shared.GetAsync("pipeline:k:a")).Should().NotBeNull();
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        (await _shared.GetAsync("pipeline:k:a")).Should().BeNull();
        (await _shared.GetAsync("pipeline:t:t")).Should().NotBeNull();
        _clock.Advance(TimeSpan.FromDays(30));
        (await _shared.GetAsync("pipeline:t:t")).Should().BeNull();
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up_after_5_seconds()
    {
        var backend = new HangingDistributedCache().AsCacheBackend(timeProvider: _clock);
        var destination = new ArrayBufferWriter<byte>();
        Task[] calls =
        [
            backend.TryGetAsync("a", destination).AsTask(), backend.SetAsync("a", Value, Lasting).AsTask(), backend.InvalidateTagAsync("t").AsTask(),
            backend.TryAddAsync("b", Value, Lasting).AsTask(), backend.RemoveAsync("c").AsTask(), backend.ReadGenerationsAsync(["u"]).AsTask(),
        ];

        _clock.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromMilliseconds(1));
        calls.Should().OnlyContain(call => !call.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        foreach (var call in calls)
        {
            (await ((Func<Task>)(() => call)).Should().ThrowAsync<BackendUnavailableException>()).WithMessage("The host's distributed cache did not answer*");
        }

        destination.WrittenCount.Should().Be(0);
    }

    [Fact]
    public async Task A_caller_can_cancel_while_the_server_does_not_answer()
    {
        var backend = new HangingDistributedCache().AsCacheBackend(timeProvider: _clock);
        using var source = new CancellationTokenSource();
        var call = backend.TryGetAsync("a", new ArrayBufferWriter<byte>(), CacheReadOptions.None, source.Token).AsTask();

        await source.CancelAsync();

        await ((Func<Task>)(() => call)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task What_the_distributed_cache_throws_is_the_cause()
    {
        var backend = new DeadDistributedCache().AsCacheBackend(timeProvider: _clock);

        var act = async () => await backend.SetAsync("secret-key", Value, Lasting);

        var exception = (await act.Should().ThrowAsync<BackendUnavailableException>()).Which;
        exception.InnerException.Should().BeOfType<TimeoutException>();
        exception.ToString().Should().NotContain("secret-key");
    }

    [Fact]
    public void A_bad_prefix_is_refused()
    {
        ((Action)(() => _shared.AsCacheBackend("a\nb"))).Should().Throw<ArgumentException>().WithParameterName("keyPrefix");
        ((Action)(() => _shared.AsCacheBackend(new string('x', 129)))).Should().Throw<ArgumentException>().WithParameterName("keyPrefix");
        ((Action)(() => _shared.AsCacheBackend(null!))).Should().Throw<ArgumentNullException>().WithParameterName("keyPrefix");
        ((Action)(() => ((IDistributedCache)null!).AsCacheBackend())).Should().Throw<ArgumentNullException>().WithParameterName("cache");
        _shared.AsCacheBackend(new string('x', 128)).Should().NotBeNull();
        _shared.AsCacheBackend("").Should().NotBeNull();
    }

    [Fact]
    public void There_is_no_feed_and_no_lease()
    {
        _backend.GetCapability<ICacheInvalidationFeed>().Should().BeNull();
        _backend.GetCapability<ICacheFillLeases>().Should().BeNull();
    }

    private async Task<string> HexOfAsync(string key) => Convert.ToHexStringLower((await _shared.GetAsync(key))!);
}
