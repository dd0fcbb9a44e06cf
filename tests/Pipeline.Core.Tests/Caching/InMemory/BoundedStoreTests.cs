using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.Caching;

public sealed class BoundedStoreTests
{
    private readonly CacheClock _clock = new(new ManualTimeProvider());

    [Fact]
    public void An_entry_is_found_by_a_string_and_by_a_span_compared_ordinally()
    {
        var store = New();
        var entry = new TestEntry("Straße");
        store.Set(entry).Should().BeNull();

        store.TryGet("Straße", out var found).Should().BeTrue();
        found.Should().BeSameAs(entry);
        store.TryGet("-Straße-".AsSpan(1, 6), out found).Should().BeTrue();
        found.Should().BeSameAs(entry);
        store.TryGet("straße", out _).Should().BeFalse();
        store.TryGet("Strasse".AsSpan(), out _).Should().BeFalse();
    }

    [Fact]
    public void What_is_replaced_is_returned_and_no_longer_counted()
    {
        var store = New();
        var first = new TestEntry("a", 100);
        var second = new TestEntry("a", 70);
        store.Set(first);

        store.Set(second).Should().BeSameAs(first);

        (store.Count, store.Bytes).Should().Be((1, 70));
        (first.Entered, first.Left).Should().Be((1, 1));
        (second.Entered, second.Left).Should().Be((1, 0));
    }

    [Fact]
    public void A_key_is_kept_once_however_often_its_entry_is_replaced()
    {
        var store = New();
        var key = new string('k', 5);
        store.Set(new TestEntry(key));
        store.Set(new TestEntry(new string('k', 5)));

        store.TryGet("kkkkk", out var found);

        found!.Key.Should().BeSameAs(key);
    }

    [Fact]
    public void Only_the_entry_that_is_meant_is_removed_or_replaced()
    {
        var store = New();
        var first = new TestEntry("a");
        var second = new TestEntry("a");
        store.TryAdd(first).Should().BeTrue();
        store.TryAdd(second).Should().BeFalse();

        store.Remove(second).Should().BeFalse();
        store.TryReplace(second, new TestEntry("a")).Should().BeFalse();
        store.TryReplace(first, second).Should().BeTrue();
        store.Remove(first).Should().BeFalse();
        store.Remove(second).Should().BeTrue();

        store.Remove(second).Should().BeFalse();
        store.Remove("a").Should().BeNull();
        (store.Count, store.Bytes).Should().Be((0, 0));
        (second.Entered, second.Left).Should().Be((1, 1));
    }

    [Fact]
    public void An_entry_more_than_fits_evicts_one()
    {
        var store = New(maxEntries: 10);
        for (var i = 0; i < 25; i++)
        {
            store.Set(new TestEntry($"key-{i}"));
        }

        (store.Count, store.Bytes, store.Evictions).Should().Be((10, 1_000, 15));
        store.TryGet("key-24", out _).Should().BeTrue("what has just been stored is not what makes room");
    }

    [Fact]
    public void A_large_entry_evicts_as_many_as_it_needs()
    {
        var store = New(maxBytes: 1_000);
        for (var i = 0; i < 10; i++)
        {
            store.Set(new TestEntry($"key-{i}", 100));
        }

        store.Set(new TestEntry("large", 650));

        (store.Count, store.Bytes, store.Evictions).Should().Be((4, 950, 7));
        store.TryGet("large", out _).Should().BeTrue();
    }

    [Fact]
    public void An_entry_of_exactly_the_bound_is_stored_alone()
    {
        var store = New(maxBytes: 1_000);
        store.Set(new TestEntry("small", 1));

        store.Set(new TestEntry("all", 1_000));

        (store.Count, store.Bytes).Should().Be((1, 1_000));
    }

    [Theory]
    [InlineData("set")]
    [InlineData("replace")]
    [InlineData("add")]
    public void An_entry_larger_than_the_bound_is_not_stored_and_displaces_what_stood_there(string call)
    {
        var store = New(maxBytes: 1_000);
        var standing = new TestEntry("a");
        var oversized = new TestEntry("a", 1_001);
        store.Set(new TestEntry("b"));
        if (call != "add")
        {
            store.Set(standing);
        }

        _ = call switch
        {
            "set" => store.Set(oversized) == standing,
            "replace" => store.TryReplace(standing, oversized),
            _ => store.TryAdd(oversized),
        };

        store.TryGet("a", out _).Should().BeFalse();
        (store.Count, store.Bytes, store.Evictions).Should().Be((1, 100, 0));
        (oversized.Entered, oversized.Left).Should().Be((0, 0));
        standing.Left.Should().Be(standing.Entered);
    }

    [Fact]
    public void Clearing_leaves_nothing_and_the_store_goes_on()
    {
        var store = New(maxEntries: 10);
        var entries = Enumerable.Range(0, 10).Select(i => new TestEntry($"key-{i}", keepUntil: 5_000)).ToArray();
        Array.ForEach(entries, entry => store.Set(entry));

        store.Clear();

        (store.Count, store.Bytes).Should().Be((0, 0));
        entries.Should().OnlyContain(entry => entry.Left == 1);
        store.Remove(entries[0]).Should().BeFalse();
        for (var i = 0; i < 20; i++)
        {
            store.Set(new TestEntry($"key-{i}"));
        }

        (store.Count, store.Bytes).Should().Be((10, 1_000));
    }

    [Fact]
    public void What_is_read_once_leaves_before_what_is_read_again_and_again()
    {
        var store = New(maxEntries: 100);
        for (var i = 0; i < 50; i++)
        {
            store.Set(new TestEntry($"popular-{i}"));
            store.TryGet($"popular-{i}", out _);
            store.TryGet($"popular-{i}", out _);
        }

        for (var i = 0; i < 1_000; i++)
        {
            store.TryGet($"popular-{i % 50}", out _);
            store.Set(new TestEntry($"scanned-{i}"));
            store.TryGet($"scanned-{i}", out _);
        }

        Enumerable.Range(0, 50).Count(i => store.TryGet($"popular-{i}", out _)).Should().Be(50);
    }

    [Fact]
    public void What_is_popular_outlasts_what_was()
    {
        var store = New(maxEntries: 100);
        var misses = 0;
        for (var i = 0; i < 2_000; i++)
        {
            // All are asked for again while they are new, so that all enter the main queue. Only one is still asked for later.
            store.Set(new TestEntry($"key-{i}"));
            store.TryGet($"key-{i}", out _);
            store.TryGet($"key-{i}", out _);
            if (!store.TryGet("popular", out _))
            {
                misses++;
                store.Set(new TestEntry("popular"));
            }
        }

        misses.Should().BeLessThan(5);
    }

    [Fact]
    public void A_key_that_was_evicted_and_comes_back_passes_over_the_small_queue()
    {
        var store = New(maxEntries: 100);
        Fill(store, "first", 100);
        store.Set(new TestEntry("one-more"));
        store.TryGet("first-0", out _).Should().BeFalse("the oldest makes room");

        store.Set(new TestEntry("first-0"));
        Fill(store, "scanned", 500);

        store.TryGet("first-0", out _).Should().BeTrue();
        store.TryGet("one-more", out _).Should().BeFalse();
    }

    [Fact]
    public void A_new_value_keeps_the_place_that_its_key_has_earned()
    {
        var store = New(maxEntries: 100);
        store.Set(new TestEntry("popular"));
        store.TryGet("popular", out _);
        store.TryGet("popular", out _);

        store.Set(new TestEntry("popular"));
        Fill(store, "scanned", 500);

        store.TryGet("popular", out _).Should().BeTrue();
    }

    private static void Fill(BoundedStore<TestEntry> store, string name, int count)
    {
        for (var i = 0; i < count; i++)
        {
            store.Set(new TestEntry($"{name}-{i}"));
        }
    }

    private BoundedStore<TestEntry> New(long maxEntries = 1_000_000, long maxBytes = 1_000_000_000) =>
        new(new CacheMemoryOptions { MaxEntries = maxEntries, MaxBytes = maxBytes }, _clock);
}
