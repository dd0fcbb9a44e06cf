using FluentAssertions;
using Pipeline.Conformance;
using Pipeline.Conformance.State.FaultInjection;
using Xunit;

namespace Pipeline.State;

public sealed class TaskWatchTests
{
    private const int TimeLimit = 30_000;

    private readonly ManualTimeProvider _clock = new();
    private readonly StateStoreFaults _faults = new();
    private readonly InMemoryStateStore _store;
    private readonly StateTaskTracker _tracker;

    public TaskWatchTests()
    {
        _store = new InMemoryStateStore(_clock);
        _tracker = new StateTaskTracker(new FaultInjectingStateStore(_store, _faults), _clock);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_backend_that_is_away_for_a_while_ends_no_watch()
    {
        await _tracker.CreateAsync("acme", "1");
        _faults.FailBefore(StateStoreCall.Get, times: 5);
        await using var seen = _tracker.WatchAsync("acme", "1").GetAsyncEnumerator();
        var first = seen.MoveNextAsync().AsTask();
        while (!first.IsCompleted)
        {
            // Its pauses are timers of this clock, which come to be at their own time.
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        (await first).Should().BeTrue();
        seen.Current.State.Should().Be(TrackedTaskState.Pending);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_report_that_comes_twice_shows_once_and_a_task_that_vanishes_ends_the_watch()
    {
        await _tracker.CreateAsync("acme", "1");
        await using var seen = _tracker.WatchAsync("acme", "1").GetAsyncEnumerator();
        (await seen.MoveNextAsync()).Should().BeTrue();

        // Both reports wait until the task is read, which then shows the last change.
        var lease = (await _tracker.StartAsync("acme", "1", TimeSpan.FromSeconds(30))).Lease!;
        await _tracker.RenewAsync(lease, new TrackedTaskProgress(0.5));
        (await seen.MoveNextAsync()).Should().BeTrue();
        seen.Current.Progress.Should().Be(0.5);
        var next = seen.MoveNextAsync().AsTask();
        await _store.DeleteAsync(StateKey.Of(StateTaskTracker.DefaultSpace, "acme", "1"));

        (await next).Should().BeFalse("the second report shows nothing new, and the third nothing at all");
        _store.CountWatches(StateTaskTracker.DefaultSpace).Should().Be(0);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_time_out_that_nobody_has_written_down_yet_shows_before_the_watch_ends()
    {
        await _tracker.CreateAsync("acme", "1", new TrackedTaskOptions { Timeout = TimeSpan.FromSeconds(10) });
        await using var seen = _tracker.WatchAsync("acme", "1").GetAsyncEnumerator();
        (await seen.MoveNextAsync()).Should().BeTrue();
        var next = seen.MoveNextAsync().AsTask();
        _clock.Advance(TimeSpan.FromSeconds(20));

        // A report of its neighbour is lost, and so the watch is told to read again.
        _faults.LoseReports(1);
        await _tracker.CreateAsync("acme", "10");

        (await next).Should().BeTrue();
        seen.Current.State.Should().Be(TrackedTaskState.TimedOut);
        (await seen.MoveNextAsync()).Should().BeFalse();
    }
}
