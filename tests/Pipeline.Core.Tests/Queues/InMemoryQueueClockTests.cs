using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.Queues;

/// <summary>The wall clock can be set; the time that has passed cannot.</summary>
public sealed class InMemoryQueueClockTests : IDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryQueueProvider _provider;
    private readonly IQueue _queue;

    public InMemoryQueueClockTests()
    {
        _provider = new InMemoryQueueProvider(new QueueCatalog(new QueueDefinition("clock", new QueueOptions())), _clock);
        _queue = _provider.GetQueue("clock");
    }

    public void Dispose() => _provider.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_wall_clock_that_is_set_ends_no_lease_and_lengthens_none(int direction)
    {
        await _queue.EnqueueAsync(new QueueMessage("a"u8.ToArray()));
        var received = (await _queue.ReceiveAsync(1, Lease, TimeSpan.Zero)).Single();

        _clock.SetUtcNow(_clock.GetUtcNow() + (direction * Hour));
        await _queue.RenewAsync(received.Receipt, Lease);
        _clock.Advance(Lease);

        (await _queue.GetStatsAsync()).TotalCrashes.Should().Be(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_delay_is_counted_in_time_that_has_passed(int direction)
    {
        await _queue.EnqueueAsync(new QueueMessage("a"u8.ToArray()) { Delay = Lease });

        _clock.SetUtcNow(_clock.GetUtcNow() + (direction * Hour));
        (await _queue.GetStatsAsync()).Ready.Should().Be(0);
        _clock.Advance(Lease);

        (await _queue.GetStatsAsync()).Ready.Should().Be(1);
    }

    [Fact]
    public async Task A_not_before_is_meant_by_the_wall_clock_and_is_never_early()
    {
        var due = _clock.GetUtcNow() + Hour;
        await _queue.EnqueueAsync(new QueueMessage("a"u8.ToArray()) { NotBefore = due });

        _clock.SetUtcNow(_clock.GetUtcNow() - Hour);
        _clock.Advance(Hour);
        (await _queue.GetStatsAsync()).Ready.Should().Be(0, "by the wall clock an hour is left");
        _clock.Advance(Hour);

        (await _queue.GetStatsAsync()).Ready.Should().Be(1);
    }
}
