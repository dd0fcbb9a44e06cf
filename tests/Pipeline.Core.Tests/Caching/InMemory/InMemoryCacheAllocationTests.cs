using System.Buffers;
using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace Pipeline.Caching;

[Collection(nameof(CacheAloneCollection))]
public sealed class InMemoryCacheAllocationTests(ITestOutputHelper output)
{
    private const int Rounds = 10_000;

    private static readonly CacheEntryOptions Hour = new() { FreshFor = TimeSpan.FromHours(1) };

    private readonly InMemoryCacheBackend _cache = new();
    private readonly ArrayBufferWriter<byte> _destination = new(1_000);

    [Theory]
    [InlineData("plain", CacheReadOptions.None)]
    [InlineData("plain", CacheReadOptions.AllowStale)]
    [InlineData("sliding", CacheReadOptions.None)]
    [InlineData("tagged", CacheReadOptions.None)]
    [InlineData("tagged", CacheReadOptions.RequireFreshTags)]
    [InlineData("empty", CacheReadOptions.None)]
    public async Task A_hit_allocates_nothing(string key, CacheReadOptions options)
    {
        await FillAsync();

        Measure(() => Read(key, options).IsFresh).Should().Be(0);
    }

    [Fact]
    public async Task A_hit_whose_tags_are_judged_anew_allocates_nothing()
    {
        await FillAsync();

        Measure(() =>
        {
            var invalidation = _cache.InvalidateTagAsync("unrelated");
            return invalidation.IsCompletedSuccessfully && Read("tagged").IsFresh;
        }).Should().Be(0);
    }

    [Fact]
    public async Task Reading_several_allocates_nothing()
    {
        await FillAsync();
        var keys = new[] { "plain", "sliding", "tagged", "empty", "plain" };
        var results = new CacheReadResult[keys.Length];

        Measure(() =>
        {
            var reading = _cache.GetManyAsync(keys, _destination, results);
            return reading.IsCompletedSuccessfully && results[4].IsFresh;
        }).Should().Be(0);
    }

    [Fact]
    public void A_miss_allocates_nothing() =>
        Measure(() => !Read("missing").IsFound).Should().Be(0);

    [Theory]
    [InlineData(10, 0)]
    [InlineData(1_000, 0)]
    [InlineData(100, 3)]
    public async Task An_entry_counts_for_about_the_memory_that_it_takes(int length, int tagCount)
    {
        const int Entries = 20_000;
        var value = new ReadOnlySequence<byte>(new byte[length]);
        await StoreAsync(-1);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Entries; i++)
        {
            await StoreAsync(i);
        }

        var taken = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Entries;
        var counted = _cache.Store.Bytes / (double)(Entries + 1);
        output.WriteLine($"{taken:F0} bytes an entry, counted as {counted:F0}");

        (counted / taken).Should().BeInRange(0.85, 1.25);

        async Task StoreAsync(int number)
        {
            string[] tags = [.. Enumerable.Range(0, tagCount).Select(tag => $"tag-{tag}-{number}")];
            await _cache.SetAsync($"some-longer-key-{number}", value, Hour with { Tags = await _cache.ReadGenerationsAsync(tags) });
        }
    }

    private async Task FillAsync()
    {
        var value = new ReadOnlySequence<byte>(new byte[100]);
        await _cache.SetAsync("plain", value, Hour);
        await _cache.SetAsync("sliding", value, Hour with { SlidingWindow = TimeSpan.FromMinutes(10) });
        await _cache.SetAsync("tagged", value, Hour with { Tags = await _cache.ReadGenerationsAsync(["a", "b", "c"]) });
        await _cache.SetAsync("empty", ReadOnlySequence<byte>.Empty, Hour);
    }

    private CacheReadResult Read(string key, CacheReadOptions options = CacheReadOptions.None)
    {
        var reading = _cache.TryGetAsync(key, _destination, options);
        return reading.IsCompletedSuccessfully ? reading.Result : throw new InvalidOperationException("The call did not complete at once.");
    }

    private long Measure(Func<bool> read)
    {
        Run(read);
        return Allocations.LeastOf(() => Run(read));
    }

    private void Run(Func<bool> read)
    {
        for (var i = 0; i < Rounds; i++)
        {
            _destination.ResetWrittenCount();
            if (!read())
            {
                throw new InvalidOperationException("The read did not find what it should.");
            }
        }
    }
}
