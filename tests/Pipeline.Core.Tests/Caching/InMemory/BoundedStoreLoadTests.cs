using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.Caching;

/// <summary>Several threads do what they like to one store.</summary>
public sealed class BoundedStoreLoadTests
{
    private const int Threads = 4;
    private const int Operations = 60_000;
    private const int Keys = 2_000;
    private const int MostEntryBytes = 2_000;

    [Theory]
    [InlineData(300, 10_000_000)]
    [InlineData(1_000_000, 100_000)]
    [InlineData(300, 200_000)]
    [InlineData(1, 1_000)]
    public async Task The_bounds_hold_and_no_entry_is_lost_from_the_accounts(long maxEntries, long maxBytes)
    {
        var time = new ManualTimeProvider();
        var clock = new CacheClock(time);
        var store = new BoundedStore<TestEntry>(new CacheMemoryOptions { MaxEntries = maxEntries, MaxBytes = maxBytes }, clock);
        var made = await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() => Work(store, clock, time, thread, maxEntries, maxBytes))));

        // What entered and did not leave is what stands there, what can be found, and what is counted.
        var standing = made.SelectMany(entries => entries).Where(entry => entry.Entered > entry.Left).ToArray();
        var found = Enumerable.Range(0, Keys).Select(i => store.TryGet($"key-{i}", out var entry) ? entry : null).OfType<TestEntry>().ToArray();

        found.Should().BeEquivalentTo(standing, options => options.WithoutStrictOrdering().ComparingByValue<TestEntry>());
        (store.Count, store.Bytes).Should().Be((found.Length, found.Sum(entry => entry.Bytes)));
        made.SelectMany(entries => entries).Should().OnlyContain(entry => entry.Entered <= 1 && entry.Left <= entry.Entered);
        store.Evictions.Should().BePositive();

        // The queues hold the same: emptied by need of room, none remains.
        store.Set(new TestEntry("all", maxBytes));
        (store.Count, store.Bytes).Should().Be((1, maxBytes));
    }

    private static List<TestEntry> Work(
        BoundedStore<TestEntry> store, CacheClock clock, ManualTimeProvider time, int thread, long maxEntries, long maxBytes)
    {
        var random = new Random(thread);
        List<TestEntry> made = [];
        for (var i = 0; i < Operations; i++)
        {
            Act(store, clock, random, made);
            if (i % 100 == 0)
            {
                time.Advance(TimeSpan.FromMilliseconds(random.Next(500)));
            }

            if (store.Count > maxEntries || store.Bytes > maxBytes)
            {
                throw new InvalidOperationException($"The store holds {store.Count} entries of {store.Bytes} bytes.");
            }
        }

        return made;
    }

    private static void Act(BoundedStore<TestEntry> store, CacheClock clock, Random random, List<TestEntry> made)
    {
        var key = $"key-{random.Next(Keys)}";
        var known = store.TryGet(key, out var standing);
        switch (random.Next(10))
        {
            case < 5:
                store.Set(Make(key));
                break;
            case 5:
                store.TryAdd(Make(key));
                break;
            case 6 when known:
                store.TryReplace(standing!, Make(key));
                break;
            case 7 when known:
                store.Remove(standing!);
                break;
            case 8:
                store.Remove(key);
                break;
            case 9 when random.Next(2_000) == 0:
                store.Clear();
                break;
            default:
                break;
        }

        TestEntry Make(string name)
        {
            var entry = new TestEntry(name, random.Next(1, MostEntryBytes), clock.Now + random.Next(20_000));
            made.Add(entry);
            return entry;
        }
    }
}
