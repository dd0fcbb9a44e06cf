using System.Buffers;
using System.Text;
using FluentAssertions;
using Microsoft.Extensions.Caching.Distributed;
using Pipeline.Backends;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.Caching.Distributed;

public sealed class BackendDistributedCacheTests
{
    private static readonly DistributedCacheEntryOptions Lasting = new();
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryCacheBackend _backend;
    private readonly IBufferDistributedCache _cache;

    public BackendDistributedCacheTests()
    {
        _backend = new(timeProvider: _clock);
        _cache = _backend.AsDistributedCache(_clock);
    }

    [Fact]
    public async Task What_was_stored_is_read_by_every_method()
    {
        await _cache.SetAsync("async", [1, 2, 3], Lasting);
        _cache.Set("sync", [1, 2, 3], Lasting);
        await _cache.SetAsync("buffer", Sequence([1], [2, 3]), Lasting);
        _cache.Set("sync buffer", Sequence([1], [2, 3]), Lasting);

        foreach (var key in (string[])["async", "sync", "buffer", "sync buffer"])
        {
            var (later, now) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
            (await _cache.GetAsync(key)).Should().Equal(1, 2, 3);
            _cache.Get(key).Should().Equal(1, 2, 3);
            (await _cache.TryGetAsync(key, later)).Should().BeTrue();
            _cache.TryGet(key, now).Should().BeTrue();
            later.WrittenSpan.ToArray().Should().Equal(1, 2, 3);
            now.WrittenSpan.ToArray().Should().Equal(1, 2, 3);
        }
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_writes_nothing()
    {
        var destination = new ArrayBufferWriter<byte>();
        await _cache.SetAsync("a", [1], Lasting);
        await _cache.SetAsync("b", [1], Lasting);
        await _cache.RemoveAsync("a");
        _cache.Remove("b");
        _cache.Remove("never there");

        (await _cache.GetAsync("a")).Should().BeNull();
        _cache.Get("b").Should().BeNull();
        (await _cache.TryGetAsync("a", destination)).Should().BeFalse();
        _cache.TryGet("a", destination).Should().BeFalse();
        destination.WrittenCount.Should().Be(0);
    }

    [Fact]
    public async Task An_empty_value_is_a_value()
    {
        await _cache.SetAsync("a", [], Lasting);

        (await _cache.GetAsync("a")).Should().BeEmpty();
        (await _cache.TryGetAsync("a", new ArrayBufferWriter<byte>())).Should().BeTrue();
    }

    [Fact]
    public async Task An_absolute_expiry_ends_an_entry_be_it_relative_or_not()
    {
        await _cache.SetAsync("relative", [1], new() { AbsoluteExpirationRelativeToNow = Minute });
        await _cache.SetAsync("absolute", [1], new() { AbsoluteExpiration = _clock.GetUtcNow() + Minute });
        await _cache.SetAsync("earlier", [1], new() { AbsoluteExpiration = _clock.GetUtcNow() + Minute, AbsoluteExpirationRelativeToNow = Minute * 2 });
        await _cache.SetAsync("earlier too", [1], new() { AbsoluteExpiration = _clock.GetUtcNow() + (Minute * 2), AbsoluteExpirationRelativeToNow = Minute });
        string[] keys = ["relative", "absolute", "earlier", "earlier too"];

        _clock.Advance(Minute - Instant);
        keys.Should().AllSatisfy(key => _cache.Get(key).Should().NotBeNull());
        _clock.Advance(Instant);

        keys.Should().AllSatisfy(key => _cache.Get(key).Should().BeNull());
    }

    [Fact]
    public async Task A_sliding_expiry_counts_from_the_last_read_or_refresh()
    {
        var options = new DistributedCacheEntryOptions { SlidingExpiration = Minute };
        await _cache.SetAsync("read", [1], options);
        await _cache.SetAsync("refreshed", [1], options);
        await _cache.SetAsync("refreshed now", [1], options);
        await _cache.SetAsync("left alone", [1], options);
        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(Minute - Instant);
            _cache.Get("read").Should().NotBeNull();
            await _cache.RefreshAsync("refreshed");
            _cache.Refresh("refreshed now");
        }

        _cache.Get("left alone").Should().BeNull();
        _clock.Advance(Minute - Instant);
        _cache.Get("refreshed").Should().NotBeNull();
        _cache.Get("refreshed now").Should().NotBeNull();
        _clock.Advance(Minute);
        _cache.Get("refreshed").Should().BeNull();
        _cache.Refresh("never there");
    }

    [Fact]
    public async Task A_sliding_entry_ends_with_its_absolute_expiry_however_often_it_is_read()
    {
        await _cache.SetAsync("a", [1], new() { SlidingExpiration = Minute, AbsoluteExpirationRelativeToNow = Minute * 2 });
        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(Minute * 0.5);
            _cache.Get("a").Should().NotBeNull();
        }

        _clock.Advance(Minute * 0.5);
        _cache.Get("a").Should().BeNull();
    }

    [Fact]
    public async Task An_entry_without_an_expiry_lives_as_long_as_any_can()
    {
        await _cache.SetAsync("a", [1], Lasting);
        await _cache.SetAsync("too long", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromDays(100_000), SlidingExpiration = TimeSpan.FromDays(9_000) });

        _clock.Advance(CacheEntryOptions.MaxDuration - Instant);
        (await _backend.TryGetAsync("too long", new ArrayBufferWriter<byte>())).RemainingFresh.Should().Be(Instant);
        _cache.Get("a").Should().NotBeNull();
        _clock.Advance(Instant);

        _cache.Get("a").Should().BeNull();
        _cache.Get("too long").Should().BeNull();
    }

    [Fact]
    public async Task A_duration_below_a_millisecond_is_one()
    {
        await _cache.SetAsync("a", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromTicks(1) });

        _cache.Get("a").Should().NotBeNull();
        _clock.Advance(Instant);
        _cache.Get("a").Should().BeNull();
    }

    [Fact]
    public async Task A_new_value_has_a_new_expiry()
    {
        await _cache.SetAsync("a", [1], new() { AbsoluteExpirationRelativeToNow = Minute, SlidingExpiration = Instant });
        await _cache.SetAsync("a", [2], Lasting);

        _clock.Advance(Minute * 100);

        _cache.Get("a").Should().Equal(2);
    }

    [Fact]
    public async Task An_expiry_that_is_past_is_refused()
    {
        var act = () => _cache.SetAsync("a", [1], new() { AbsoluteExpiration = _clock.GetUtcNow() });

        (await act.Should().ThrowAsync<ArgumentOutOfRangeException>()).WithParameterName("options")
            .WithMessage("AbsoluteExpiration is 2030-01-01T00:00:00.0000000+00:00, which is past. Give a time to come.*");
    }

    [Fact]
    public async Task Bad_arguments_are_refused()
    {
        await ((Func<Task>)(() => _cache.SetAsync("a", [1], null!))).Should().ThrowAsync<ArgumentNullException>().WithParameterName("options");
        await ((Func<Task>)(() => _cache.SetAsync("a", null!, Lasting))).Should().ThrowAsync<ArgumentNullException>().WithParameterName("value");
        await ((Func<Task>)(async () => await _cache.TryGetAsync("a", null!))).Should().ThrowAsync<ArgumentNullException>().WithParameterName("destination");
        foreach (var key in (string[])["", "a\nb", new('x', 513), "\ud800"])
        {
            await ((Func<Task>)(() => _cache.GetAsync(key))).Should().ThrowAsync<ArgumentException>().WithParameterName("key");
            await ((Func<Task>)(() => _cache.SetAsync(key, [1], Lasting))).Should().ThrowAsync<ArgumentException>().WithParameterName("key");
            await ((Func<Task>)(() => _cache.RefreshAsync(key))).Should().ThrowAsync<ArgumentException>().WithParameterName("key");
            await ((Func<Task>)(() => _cache.RemoveAsync(key))).Should().ThrowAsync<ArgumentException>().WithParameterName("key");
            ((Action)(() => _cache.Get(key))).Should().Throw<ArgumentException>().WithParameterName("key");
        }

        ((Action)(() => _cache.Get(null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => ((ICacheBackend)null!).AsDistributedCache())).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public async Task A_call_that_was_cancelled_does_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);

        await ((Func<Task>)(() => _cache.SetAsync("a", [1], Lasting, cancelled))).Should().ThrowAsync<OperationCanceledException>();
        await ((Func<Task>)(() => _cache.GetAsync("a", cancelled))).Should().ThrowAsync<OperationCanceledException>();

        _cache.Get("a").Should().BeNull();
    }

    [Fact]
    public async Task Answers_that_come_later_are_waited_for()
    {
        var later = new DictionaryDistributedCache(_clock).AsCacheBackend(timeProvider: _clock).AsDistributedCache(_clock);

        later.Set("a", Encoding.UTF8.GetBytes("value"), Lasting);
        later.Get("a").Should().Equal(Encoding.UTF8.GetBytes("value"));
        later.TryGet("a", new ArrayBufferWriter<byte>()).Should().BeTrue();
        later.Set("a", new ReadOnlySequence<byte>([1]), Lasting);
        (await later.GetAsync("a")).Should().Equal(1);
        (await later.TryGetAsync("a", new ArrayBufferWriter<byte>())).Should().BeTrue();
        later.Refresh("a");
        later.Remove("a");
        later.Get("a").Should().BeNull();
    }

    [Fact]
    public async Task A_backend_that_is_away_says_so()
    {
        var dead = new DeadDistributedCache().AsCacheBackend(timeProvider: _clock).AsDistributedCache(_clock);

        await ((Func<Task>)(() => dead.GetAsync("a"))).Should().ThrowAsync<BackendUnavailableException>();
        ((Action)(() => dead.Set("a", [1], Lasting))).Should().Throw<BackendUnavailableException>();
    }

    private static ReadOnlySequence<byte> Sequence(byte[] first, byte[] second)
    {
        var start = new Segment(first, 0);
        var end = new Segment(second, first.Length);
        start.Append(end);
        return new(start, 0, end, second.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, long runningIndex)
        {
            Memory = bytes;
            RunningIndex = runningIndex;
        }

        public void Append(Segment next) => Next = next;
    }
}
