using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.Caching;

public sealed class BoundedStoreSweepTests
{
    // The wheel's tick, and an entry is found in the second after its last.
    private static readonly TimeSpan MostDelay = TimeSpan.FromMilliseconds(2 * 1_024);

    private readonly ManualTimeProvider _time = new();
    private readonly CacheClock _clock;

    public BoundedStoreSweepTests() => _clock = new CacheClock(_time);

    [Fact]
    public void Dead_entries_go_with_later_writes_a_few_each()
    {
        var store = New();
        for (var i = 0; i < 1_000; i++)
        {
            store.Set(Lasting($"key-{i}", TimeSpan.FromSeconds(10)));
        }

        _time.Advance(TimeSpan.FromSeconds(10) + MostDelay);
        store.Count.Should().Be(1_000);

        store.Set(Lasting("next", TimeSpan.FromDays(1)));
        store.Count.Should().BeInRange(980, 1_000, "a writer must not stand for the expiry of all");
        for (var i = 0; i < 300; i++)
        {
            store.Set(Lasting("next", TimeSpan.FromDays(1)));
        }

        store.Count.Should().Be(1);
        store.Evictions.Should().Be(0);
    }

    [Fact]
    public void Dead_entries_make_room_before_any_that_lives()
    {
        var store = New(maxEntries: 1_000);
        for (var i = 0; i < 500; i++)
        {
            store.Set(Lasting($"living-{i}", TimeSpan.FromDays(1)));
            store.Set(Lasting($"dead-{i}", TimeSpan.FromSeconds(10)));
        }

        _time.Advance(TimeSpan.FromSeconds(10) + MostDelay);
        for (var i = 0; i < 500; i++)
        {
            store.Set(Lasting($"new-{i}", TimeSpan.FromDays(1)));
        }

        store.Evictions.Should().Be(0);
        Enumerable.Range(0, 500).Count(i => store.TryGet($"living-{i}", out _)).Should().Be(500);
    }

    [Fact]
    public void A_large_entry_takes_the_room_of_as_many_dead_ones_as_it_needs()
    {
        var store = New(maxBytes: 100_000);
        for (var i = 0; i < 500; i++)
        {
            store.Set(Lasting($"living-{i}", TimeSpan.FromDays(1)));
            store.Set(Lasting($"dead-{i}", TimeSpan.FromSeconds(10)));
        }

        _time.Advance(TimeSpan.FromSeconds(10) + MostDelay);
        store.Set(new TestEntry("large", 40_000));

        store.Evictions.Should().Be(0);
        store.Bytes.Should().BeLessThanOrEqualTo(100_000);
        Enumerable.Range(0, 500).Count(i => store.TryGet($"living-{i}", out _)).Should().Be(500);
    }

    [Fact]
    public void An_entry_whose_end_was_moved_on_is_not_swept_at_the_old_one()
    {
        var store = New();
        var entry = Lasting("sliding", TimeSpan.FromSeconds(10));
        store.Set(entry);
        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(9));
            entry.KeepUntil = _clock.Now + 10_000;
            store.Set(Lasting("other", TimeSpan.FromSeconds(1)));
            store.TryGet("sliding", out _).Should().BeTrue();
        }

        _time.Advance(TimeSpan.FromSeconds(10) + MostDelay);
        store.Set(Lasting("other", TimeSpan.FromSeconds(1)));

        store.TryGet("sliding", out _).Should().BeFalse();
    }

    [Fact]
    public void A_key_that_had_earned_its_place_has_it_again_after_it_died()
    {
        var store = New(maxEntries: 100);
        store.Set(Lasting("popular", TimeSpan.FromDays(1)));
        store.TryGet("popular", out var entry);
        store.TryGet("popular", out _);
        Fill(200);
        store.TryGet("popular", out _).Should().BeTrue();

        entry!.KeepUntil = _clock.Now;
        _time.Advance(TimeSpan.FromDays(2));
        for (var i = 0; i < 100 && store.TryGet("popular", out _); i++)
        {
            store.Set(Lasting("other", TimeSpan.FromDays(100)));
        }

        store.TryGet("popular", out _).Should().BeFalse();
        store.Set(Lasting("popular", TimeSpan.FromDays(100)));
        Fill(200);
        store.TryGet("popular", out _).Should().BeTrue();

        void Fill(int count)
        {
            for (var i = 0; i < count; i++)
            {
                store.Set(Lasting($"scanned-{i}", TimeSpan.FromDays(100)));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_the_durations_and_the_pace_the_dead_go_soon_and_the_living_stay(int seed)
    {
        var random = new Random(seed);
        var store = New();
        List<TestEntry> entries = [];
        var made = 0;
        for (var round = 0; round < 300; round++)
        {
            for (var i = 0; i < 10; i++)
            {
                // From a millisecond to 20 years, all orders of magnitude alike.
                var duration = Math.Min((long)Math.Exp(random.NextDouble() * 27.2), 20L * 365 * 24 * 3_600 * 1_000);
                var entry = new TestEntry($"key-{made++}", keepUntil: _clock.Now + duration);
                entries.Add(entry);
                store.Set(entry);
            }

            _time.Advance(TimeSpan.FromMilliseconds(Math.Exp(random.NextDouble() * 25)));
            Sweep(store);
            foreach (var entry in entries)
            {
                var isThere = store.TryGet(entry.Key, out _);
                if (entry.KeepUntil > _clock.Now)
                {
                    isThere.Should().BeTrue("the entry lives");
                }
                else if (entry.KeepUntil + MostDelay.TotalMilliseconds <= _clock.Now)
                {
                    isThere.Should().BeFalse("the entry is dead");
                }
            }

            entries.RemoveAll(entry => entry.Left > 0);
        }
    }

    private void Sweep(BoundedStore<TestEntry> store)
    {
        // Far more writes than there are entries.
        for (var i = 0; i < 2_000; i++)
        {
            store.Set(Lasting("other", TimeSpan.FromDays(365)));
        }
    }

    private TestEntry Lasting(string key, TimeSpan duration) => new(key, keepUntil: _clock.Now + (long)duration.TotalMilliseconds);

    private BoundedStore<TestEntry> New(long maxEntries = 1_000_000, long maxBytes = 1_000_000_000) =>
        new(new CacheMemoryOptions { MaxEntries = maxEntries, MaxBytes = maxBytes }, _clock);
}
