using System.Buffers;
using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.Caching;

/// <summary>What the in-memory cache promises beyond the contract that the conformance suite holds it to.</summary>
public sealed class InMemoryCacheBackendTests
{
    private static readonly CacheEntryOptions Hour = new() { FreshFor = TimeSpan.FromHours(1) };
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ManualTimeProvider _time = new(Start);

    [Fact]
    public async Task The_bounds_hold_whatever_is_stored()
    {
        var cache = New(new CacheMemoryOptions { MaxEntries = 500, MaxBytes = 1024 * 1024 });
        var random = new Random(1);
        for (var i = 0; i < 5_000; i++)
        {
            await cache.SetAsync($"key-{random.Next(2_000)}", Bytes(random.Next(20_000)), Hour);

            cache.Store.Count.Should().BeLessThanOrEqualTo(500);
            cache.Store.Bytes.Should().BeLessThanOrEqualTo(1024 * 1024);
        }
    }

    [Fact]
    public async Task Changing_the_options_afterwards_changes_nothing()
    {
        var options = new CacheMemoryOptions { MaxEntries = 2 };
        var cache = New(options);
        options.MaxEntries = 100;
        for (var i = 0; i < 10; i++)
        {
            await cache.SetAsync($"key-{i}", Bytes(1), Hour);
        }

        cache.Store.Count.Should().Be(2);
    }

    [Fact]
    public async Task A_value_larger_than_the_whole_cache_is_not_stored_and_displaces_the_old_one()
    {
        var cache = New(new CacheMemoryOptions { MaxBytes = 1024 * 1024 });
        await cache.SetAsync("a", Bytes(1), Hour);
        await cache.SetAsync("b", Bytes(1), Hour);

        await cache.SetAsync("a", Bytes(1024 * 1024), Hour);

        (await cache.TryGetAsync("a", new ArrayBufferWriter<byte>())).IsFound.Should().BeFalse("the old value is out of date");
        (await cache.TryGetAsync("b", new ArrayBufferWriter<byte>())).IsFound.Should().BeTrue();
    }

    [Fact]
    public async Task A_jump_of_the_wall_clock_changes_no_entrys_life()
    {
        var cache = New();
        var sliding = Hour with { SlidingWindow = TimeSpan.FromMinutes(10) };
        await cache.SetAsync("absolute", Bytes(1), Hour with { StaleFor = TimeSpan.FromHours(1) });
        await cache.SetAsync("sliding", Bytes(1), sliding);
        foreach (var jump in new[] { 1, -2, 100, -200 })
        {
            _time.SetUtcNow(_time.GetUtcNow().AddYears(jump));
            _time.Advance(TimeSpan.FromMinutes(9));

            var absolute = await cache.TryGetAsync("absolute", new ArrayBufferWriter<byte>());
            absolute.IsFresh.Should().BeTrue();
            absolute.ReadAt.Should().Be(_time.GetUtcNow(), "only the name of the instant follows the wall clock");
            (await cache.TryGetAsync("sliding", new ArrayBufferWriter<byte>())).RemainingFresh.Should().Be(TimeSpan.FromMinutes(10));
        }

        _time.SetUtcNow(Start.AddYears(-3));
        _time.Advance(TimeSpan.FromMinutes(24));

        (await cache.TryGetAsync("absolute", new ArrayBufferWriter<byte>())).IsFound.Should().BeFalse();
        (await cache.TryGetAsync("sliding", new ArrayBufferWriter<byte>())).IsFound.Should().BeFalse();
        var stale = await cache.TryGetAsync("absolute", new ArrayBufferWriter<byte>(), CacheReadOptions.AllowStale);
        (stale.Status, stale.RemainingKept).Should().Be((CacheReadStatus.Stale, TimeSpan.FromHours(1)));
    }

    [Fact]
    public async Task Tags_that_entries_carry_are_remembered_however_many_there_are()
    {
        var cache = New();
        for (var i = 0; i < 150_000; i++)
        {
            var tags = await cache.ReadGenerationsAsync([$"tag-{i}"]);
            if (i < 10)
            {
                await cache.SetAsync($"key-{i}", Bytes(1), Hour with { Tags = tags });
            }
        }

        cache.TagTable.Count.Should().BeInRange(100_000, 100_010);
        for (var i = 0; i < 10; i++)
        {
            (await cache.TryGetAsync($"key-{i}", new ArrayBufferWriter<byte>())).IsFound.Should().BeTrue();
        }
    }

    [Fact]
    public async Task Tags_of_entries_that_left_are_forgotten_in_time()
    {
        var cache = New(new CacheMemoryOptions { MaxEntries = 10 });
        for (var i = 0; i < 15_000; i++)
        {
            await cache.SetAsync($"key-{i % 20}", Bytes(1), Hour with { Tags = await cache.ReadGenerationsAsync([$"tag-{i}"]) });
        }

        cache.TagTable.Count.Should().BeInRange(10_000, 10_010);
    }

    [Fact]
    public async Task A_value_that_is_out_of_date_when_it_is_stored_displaces_no_good_one()
    {
        var cache = New();
        var old = Hour with { Tags = await cache.ReadGenerationsAsync(["a"]) };
        await cache.InvalidateTagAsync("a");
        await cache.SetAsync("key", Bytes(1), Hour with { Tags = await cache.ReadGenerationsAsync(["a"]) });

        await cache.SetAsync("key", Bytes(2), old);

        (await cache.TryGetAsync("key", new ArrayBufferWriter<byte>())).Length.Should().Be(1);
    }

    [Fact]
    public async Task More_than_a_buffer_takes_is_refused_before_anything_is_written()
    {
        var cache = New();
        await cache.SetAsync("large", Bytes(CacheEntryOptions.MaxValueBytes), Hour);
        var keys = Enumerable.Repeat("large", 40).ToArray();
        var destination = new ArrayBufferWriter<byte>();

        var act = async () => await cache.GetManyAsync(keys, destination, new CacheReadResult[40]);

        (await act.Should().ThrowAsync<ArgumentException>()).WithParameterName("keys");
        destination.WrittenCount.Should().Be(0);
    }

    [Fact]
    public void Abilities_are_found_by_type()
    {
        var cache = New();

        cache.GetCapability<ICacheInvalidationFeed>().Should().NotBeNull();
        cache.GetCapability<ICacheFillLeases>().Should().NotBeNull();
        cache.GetCapability<ICacheBackend>().Should().BeSameAs(cache);
        cache.GetCapability<IDisposable>().Should().BeNull();
    }

    private static ReadOnlySequence<byte> Bytes(int length) => new(new byte[length]);

    private InMemoryCacheBackend New(CacheMemoryOptions? options = null) => new(options, _time);
}
