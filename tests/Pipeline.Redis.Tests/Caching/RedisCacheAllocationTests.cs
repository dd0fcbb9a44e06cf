using System.Buffers;
using FluentAssertions;
using Pipeline.Caching;
using Pipeline.Redis.Fixtures;
using Xunit;

namespace Pipeline.Redis.Caching;

/// <summary>Runs while no other test does, for it counts what the whole process allocates.</summary>
[Collection(nameof(RedisCacheAllocationTests))]
[CollectionDefinition(nameof(RedisCacheAllocationTests), DisableParallelization = true)]
public sealed class RedisCacheAllocationTests
{
    private const int Bytes = 1_000;

    // The array that the client hands over: the value, the envelope before it, and what the runtime adds.
    private const int Stored = Bytes + 32 + 24;
    private const int Calls = 160;
    private const int Callers = 64;

#if DEBUG
    // State machines are objects there, and copied ones.
    private const int Most = 3_000;
#else
    private const int Most = 1_500;
#endif

    [Fact]
    public async Task A_get_allocates_little_beyond_the_value()
    {
        await using var process = CacheProcess.Start(await RedisTestClient.OptionsAsync(RedisTopologyKind.Node), RedisTestClient.NewPrefix());
        var options = new CacheEntryOptions { FreshFor = TimeSpan.FromHours(1) };
        await process.Cache.SetAsync("a", new ReadOnlySequence<byte>(new byte[Bytes]), options);
        var destinations = Enumerable.Range(0, Callers).Select(_ => new ArrayBufferWriter<byte>(Bytes * 2)).ToList();
        var rounds = new List<double>();
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await Task.WhenAll(destinations.Select(destination => GetAsync(process, destination)));
            rounds.Add(((double)(GC.GetTotalAllocatedBytes(precise: true) - before) / (Calls * Callers)) - Stored);
            destinations.Should().OnlyContain(destination => destination.WrittenCount == Bytes);
        }

        // Others of the process may have been at work in one round or the other.
        rounds.Min().Should().BeLessThan(Most);
    }

    private static async Task GetAsync(CacheProcess process, ArrayBufferWriter<byte> destination)
    {
        for (var i = 0; i < Calls; i++)
        {
            destination.ResetWrittenCount();
            await process.Cache.TryGetAsync("a", destination);
        }
    }
}
