using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline;

public class ManualTimeProviderTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);

    private readonly ManualTimeProvider _clock = new(Start);
    private readonly List<string> _fired = [];

    [Fact]
    public void Both_clocks_move_on_together()
    {
        var timestamp = _clock.GetTimestamp();

        _clock.Advance(TimeSpan.FromMinutes(3));

        _clock.GetUtcNow().Should().Be(Start + TimeSpan.FromMinutes(3));
        _clock.GetElapsedTime(timestamp).Should().Be(TimeSpan.FromMinutes(3));
    }

    [Fact]
    public void The_wall_clock_jumps_without_the_timestamp_and_without_timers()
    {
        using var timer = Timer("a", 60);
        var timestamp = _clock.GetTimestamp();

        _clock.SetUtcNow(Start.AddYears(1));
        _clock.GetUtcNow().Should().Be(Start.AddYears(1));
        _clock.SetUtcNow(Start.AddDays(-1));
        _clock.Advance(TimeSpan.FromSeconds(1));

        _clock.GetUtcNow().Should().Be(Start.AddDays(-1).AddSeconds(1));
        _clock.GetElapsedTime(timestamp).Should().Be(TimeSpan.FromSeconds(1));
        _fired.Should().BeEmpty();
    }

    [Fact]
    public void Timers_fire_in_the_order_of_their_due_times_each_at_its_own_time()
    {
        using var late = Timer("late", 20);
        using var early = Timer("early", 10);
        using var same = Timer("same", 20);
        using var never = Timer("never", 31);

        _clock.Advance(TimeSpan.FromSeconds(30));

        _fired.Should().Equal("early at 10", "late at 20", "same at 20");
    }

    [Fact]
    public void A_periodic_timer_fires_each_time()
    {
        using var timer = _clock.CreateTimer(_ => Record("p"), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));

        _clock.Advance(TimeSpan.FromSeconds(25));

        _fired.Should().Equal("p at 1", "p at 11", "p at 21");
    }

    [Fact]
    public void A_timer_that_is_made_by_a_timer_fires_in_the_same_advance_if_it_is_due()
    {
        ITimer? second = null;
        using var first = _clock.CreateTimer(_ => second = Timer("second", 5), null, TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromSeconds(20));

        _fired.Should().Equal("second at 15");
        second!.Dispose();
    }

    [Fact]
    public void A_changed_or_disposed_timer_forgets_its_old_due_time()
    {
        var changed = Timer("changed", 10);
        var disposed = Timer("disposed", 10);
        changed.Change(TimeSpan.FromSeconds(15), Timeout.InfiniteTimeSpan);
        disposed.Dispose();

        _clock.Advance(TimeSpan.FromSeconds(20));

        _fired.Should().Equal("changed at 15");
        disposed.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan).Should().BeFalse();
    }

    [Fact]
    public async Task A_timer_that_is_due_at_once_fires_without_an_advance()
    {
        var fired = new TaskCompletionSource();

        await using var timer = _clock.CreateTimer(_ => fired.SetResult(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);

        await fired.Task;
    }

    [Fact]
    public async Task Advances_of_several_threads_add_up()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
            }
        })));

        _clock.GetUtcNow().Should().Be(Start + TimeSpan.FromSeconds(800));
    }

    [Fact]
    public async Task A_delay_ends_with_the_advance()
    {
        var delay = Task.Delay(TimeSpan.FromHours(1), _clock);
        delay.IsCompleted.Should().BeFalse();

        _clock.Advance(TimeSpan.FromHours(1));

        await delay;
    }

    private ITimer Timer(string name, int seconds) =>
        _clock.CreateTimer(_ => Record(name), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);

    private void Record(string name) => _fired.Add($"{name} at {(_clock.GetUtcNow() - Start).TotalSeconds}");
}
