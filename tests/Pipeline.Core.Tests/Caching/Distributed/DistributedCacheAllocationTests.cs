using System.Buffers;
using FluentAssertions;
using Microsoft.Extensions.Caching.Distributed;
using Xunit;

namespace Pipeline.Caching.Distributed;

public sealed class DistributedCacheAllocationTests
{
    private static readonly DistributedCacheEntryOptions Hourly = new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) };

    [Fact]
    public void A_read_into_a_buffer_allocates_nothing()
    {
        var cache = new InMemoryCacheBackend().AsDistributedCache();
        var destination = new ArrayBufferWriter<byte>(1000);
        cache.Set("a", new byte[100], Hourly);

        AllocatedBy(() =>
        {
            destination.ResetWrittenCount();
            IsDone(cache.TryGetAsync("a", destination));
        }).Should().Be(0);
    }

    [Fact]
    public void A_write_from_a_buffer_allocates_no_more_than_the_backend_does()
    {
        var backend = new InMemoryCacheBackend();
        var cache = backend.AsDistributedCache();
        var value = new ReadOnlySequence<byte>(new byte[100]);
        var options = new CacheEntryOptions { FreshFor = TimeSpan.FromHours(1) };

        var direct = AllocatedBy(() => IsDone(backend.SetAsync("a", value, options)));
        var adapted = AllocatedBy(() => IsDone(cache.SetAsync("a", value, Hourly)));

        adapted.Should().Be(direct);
    }

    private static void IsDone(ValueTask call) => IsDone(call.IsCompletedSuccessfully);

    private static void IsDone(ValueTask<bool> call) => IsDone(call.IsCompletedSuccessfully);

    private static void IsDone(bool isDone)
    {
        if (!isDone)
        {
            throw new InvalidOperationException("The backend in memory answers at once.");
        }
    }

    private static long AllocatedBy(Action action)
    {
        // The first calls allocate for the runtime's own sake.
        for (var i = 0; i < 200; i++)
        {
            action();
        }

        return Allocations.LeastOf(action);
    }
}
