using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.State;

public sealed class TaskReaperTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly CountingStateStore _store;
    private readonly StateTaskTracker _tracker;

    public TaskReaperTests()
    {
        _store = new CountingStateStore(new InMemoryStateStore(_clock));
        _tracker = new StateTaskTracker(_store, _clock);
    }

    [Fact]
    public async Task The_reaper_reads_what_is_due_and_nothing_else()
    {
        for (var i = 0; i < 500; i++)
        {
            await _tracker.CreateAsync("acme", $"waits{i}");
            await _tracker.CreateAsync("acme", $"done{i}");
            await _tracker.CancelAsync("acme", $"done{i}");
        }

        await _tracker.CreateAsync("acme", "lost");
        await _tracker.StartAsync("acme", "lost", TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(5));
        _store.Reset();

        (await _tracker.ReapAsync()).Changed.Should().ContainSingle().Which.Id.Should().Be("lost");

        _store.Calls.Should().BeLessThanOrEqualTo(6, "a page of markers, the task read and written, the marker of its deadline touched, and the old one deleted");
        _store.Reset();
        (await _tracker.ReapAsync()).Changed.Should().BeEmpty();
        _store.Calls.Should().Be(1);
    }

    [Fact]
    public async Task A_task_that_is_renewed_for_long_has_few_markers()
    {
        await _tracker.CreateAsync("acme", "1");
        var lease = (await _tracker.StartAsync("acme", "1", TimeSpan.FromSeconds(30))).Lease!;
        for (var i = 0; i < 1_000; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(10));
            (await _tracker.RenewAsync(lease)).IsApplied.Should().BeTrue();
            if (i % 3 == 0)
            {
                (await _tracker.ReapAsync()).Changed.Should().BeEmpty();
            }
        }

        (await _store.ListAsync("tasks.due")).Items.Should().HaveCount(2, "one for its lease and one for its deadline");
        (await _tracker.CompleteAsync(lease, default)).IsApplied.Should().BeTrue();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await _tracker.ReapAsync();
        (await _store.ListAsync("tasks.due")).Items.Should().ContainSingle();
        _clock.Advance(TimeSpan.FromDays(1));
        await _tracker.ReapAsync();
        (await _store.ListAsync("tasks.due")).Items.Should().BeEmpty();
        (await _store.ListAsync("tasks")).Items.Should().BeEmpty();
    }

    [Fact]
    public async Task A_start_that_was_stopped_between_its_marker_and_its_task_for_longer_than_its_lease_leaves_a_task_that_is_found()
    {
        await _tracker.CreateAsync("acme", "1");
        var starting = new TaskCompletionSource();
        var isHeld = new TaskCompletionSource();
        _store.BeforeWrite = async key =>
        {
            if (key.Space == "tasks" && isHeld.TrySetResult())
            {
                await starting.Task;
            }
        };
        var start = _tracker.StartAsync("acme", "1", TimeSpan.FromSeconds(1)).AsTask();
        await isHeld.Task;

        // The marker of the start comes due before its task is written, and the reaper moves it on.
        _clock.Advance(TimeSpan.FromSeconds(2));
        (await _tracker.ReapAsync()).Changed.Should().BeEmpty();
        starting.SetResult();
        var lease = (await start).Lease!;
        (await _tracker.RenewAsync(lease)).IsApplied.Should().BeTrue("it began anew, and holds its lease from then on");

        _clock.Advance(TimeSpan.FromSeconds(2));
        (await _tracker.ReapAsync()).Changed.Should().ContainSingle().Which.State.Should().Be(TrackedTaskState.Pending);
    }

    [Fact]
    public async Task What_the_reaper_leaves_unended_it_looks_at_again_whatever_became_of_other_markers()
    {
        await _tracker.CreateAsync("acme", "1", new TrackedTaskOptions { Timeout = TimeSpan.FromMinutes(1) });
        await _tracker.StartAsync("acme", "1", TimeSpan.FromSeconds(1));
        var markers = (await _store.ListAsync("tasks.due")).Items;
        await _store.DeleteAsync(markers[1].Key);
        _clock.Advance(TimeSpan.FromSeconds(2));

        (await _tracker.ReapAsync()).Changed.Should().ContainSingle().Which.State.Should().Be(TrackedTaskState.Pending);
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await _tracker.ReapAsync()).Changed.Should().ContainSingle().Which.State.Should().Be(TrackedTaskState.TimedOut);
    }

    [Fact]
    public async Task A_marker_that_was_made_anew_while_the_reaper_looked_stays()
    {
        await _tracker.CreateAsync("acme", "1", new TrackedTaskOptions { Timeout = TimeSpan.FromSeconds(1) });
        _clock.Advance(TimeSpan.FromSeconds(2));
        _store.BeforeDelete = async key =>
        {
            var marker = (await _store.GetAsync(key))!.Value;
            await _store.CompareAndSetAsync(key, default, marker.Version);
        };

        (await _tracker.ReapAsync()).Changed.Should().ContainSingle();

        (await _store.ListAsync("tasks.due")).Items.Should().ContainSingle();
    }

    [Fact]
    public async Task Who_needs_a_marker_that_is_there_makes_it_anew_so_that_who_saw_the_old_one_does_not_delete_it()
    {
        var markers = new TaskMarkers(_store, "tasks.due");
        var marker = new TaskMarker(_clock.GetUtcNow(), "acme", "1");
        await markers.EnsureAsync(marker, TimeSpan.FromMinutes(1), CancellationToken.None);
        var seen = (await markers.ListAsync(after: null, limit: 10, CancellationToken.None)).Items.Single();

        await markers.EnsureAsync(marker, TimeSpan.FromMinutes(1), CancellationToken.None);

        (await markers.DeleteAsync(seen, CancellationToken.None)).Should().BeFalse();
        (await markers.ListAsync(after: null, limit: 10, CancellationToken.None)).Items.Should().ContainSingle();
    }

    [Theory]
    [InlineData(2, 2, true)]
    [InlineData(3, 3, false)]
    [InlineData(4, 3, false)]
    public async Task The_limit_is_used_up_and_what_is_left_is_told(int limit, int changed, bool hasMore)
    {
        foreach (var id in new[] { "1", "2", "3" })
        {
            await _tracker.CreateAsync("acme", id, new TrackedTaskOptions { Timeout = TimeSpan.FromSeconds(1) });
        }

        await _tracker.CreateAsync("acme", "later");
        _clock.Advance(TimeSpan.FromSeconds(2));

        var reaping = await _tracker.ReapAsync(limit);

        (reaping.Changed.Count, reaping.HasMore).Should().Be((changed, hasMore));
    }

    [Fact]
    public async Task An_outage_half_way_does_not_hide_what_was_done()
    {
        foreach (var id in new[] { "1", "2", "3" })
        {
            await _tracker.CreateAsync("acme", id);
            await _tracker.StartAsync("acme", id, TimeSpan.FromSeconds(1));
        }

        _clock.Advance(TimeSpan.FromSeconds(2));
        var writes = 0;
        _store.BeforeWrite = key => key.Space == "tasks" && ++writes > 1 ? throw new BackendUnavailableException("A test", "write") : Task.CompletedTask;
        var first = await _tracker.ReapAsync();
        (first.Changed.Count, first.HasMore).Should().Be((1, true));
        var nothing = async () => await _tracker.ReapAsync();
        await nothing.Should().ThrowAsync<BackendUnavailableException>();

        _store.BeforeWrite = null;
        (await _tracker.ReapAsync()).Changed.Concat(first.Changed).Select(task => task.Id).Should().BeEquivalentTo("1", "2", "3");
    }

    [Fact]
    public async Task Entries_that_are_no_markers_are_passed_over()
    {
        foreach (var key in new[] { "a", "1/2", "99999999999999999/acme/1", "-1/acme/1", "000000000000000/acme/none/more" })
        {
            await _store.CompareAndSetAsync(new StateKey("tasks.due", key), default, StateEntry.NoVersion);
        }

        await _tracker.CreateAsync("acme", "1", new TrackedTaskOptions { Timeout = TimeSpan.FromSeconds(1) });
        _clock.Advance(TimeSpan.FromSeconds(2));

        (await _tracker.ReapAsync()).Changed.Should().ContainSingle();
    }
}
