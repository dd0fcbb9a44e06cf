using Pipeline.Conformance.State.FaultInjection;
using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

public abstract partial class TaskTrackerConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_watch_shows_each_step_whichever_process_takes_it_and_ends_with_the_task()
    {
        var (worker, user) = await OpenAsync();
        await CreateAsync(worker);
        await using var seen = user.WatchAsync(Tenant, "task").GetAsyncEnumerator();

        Assert.Equal(TrackedTaskState.Pending, (await NextAsync()).State);
        var lease = await StartAsync(worker);
        Assert.Equal(TrackedTaskState.Processing, (await NextAsync()).State);
        AssertApplied(await worker.RenewAsync(lease, new TrackedTaskProgress(0.5, "half")));
        var half = await NextAsync();
        Assert.Equal((0.5, "half"), (half.Progress, half.ProgressMessage));
        AssertApplied(await user.CancelAsync(Tenant, "task"));
        Assert.True((await NextAsync()).IsCancellationRequested);
        AssertApplied(await worker.CompleteAsync(lease, Bytes("result")));
        Assert.Equal("result", Text((await NextAsync()).Result));
        Assert.False(await seen.MoveNextAsync());

        async Task<TrackedTask> NextAsync()
        {
            Assert.True(await seen.MoveNextAsync(), "The watch ended.");
            return seen.Current;
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_has_ended_is_shown_once_and_what_is_not_there_not_at_all()
    {
        var (tracker, _) = await OpenAsync();
        await CreateAsync(tracker);
        AssertApplied(await tracker.CancelAsync(Tenant, "task"));

        Assert.Equal(TrackedTaskState.Cancelled, Assert.Single(await AllAsync(tracker.WatchAsync(Tenant, "task"))).State);
        Assert.Empty(await AllAsync(tracker.WatchAsync(Tenant, "none")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_time_out_shows_once_it_was_reaped()
    {
        var (first, second) = await OpenAsync();
        await CreateAsync(first, options: Options with { Timeout = Tick * 2 });
        await using var seen = second.WatchAsync(Tenant, "task").GetAsyncEnumerator();
        Assert.True(await seen.MoveNextAsync());
        var ending = seen.MoveNextAsync();

        await _store.AdvanceAsync(Tick * 3);
        await ReapAsync(first);

        Assert.True(await ending);
        Assert.Equal(TrackedTaskState.TimedOut, seen.Current.State);
        Assert.False(await seen.MoveNextAsync());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Others_whose_ids_begin_alike_do_not_show()
    {
        var (tracker, _) = await OpenAsync();
        await CreateAsync(tracker, "task");
        await CreateAsync(tracker, "task1");
        var watching = Task.Run(() => AllAsync(tracker.WatchAsync(Tenant, "task")));
        for (var i = 0; i < 20; i++)
        {
            AssertApplied(await tracker.ReleaseAsync(await StartAsync(tracker, "task1")));
        }

        AssertApplied(await tracker.CancelAsync(Tenant, "task"));

        var seen = await watching;
        Assert.All(seen, task => Assert.Equal("task", task.Id));
        Assert.InRange(seen.Count, 1, 2);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_connection_that_was_cut_misses_no_end()
    {
        var faults = new StateStoreFaults();
        var store = await _store.OpenAsync();
        var cut = _open(new FaultInjectingStateStore(store, faults), _store.ClientTime);
        var tracker = _open(store, _store.ClientTime);
        await CreateAsync(tracker);
        await using var seen = cut.WatchAsync(Tenant, "task").GetAsyncEnumerator();
        Assert.True(await seen.MoveNextAsync());

        faults.LoseReports(2);
        var lease = await StartAsync(tracker);
        AssertApplied(await tracker.CompleteAsync(lease, Bytes("result")));

        do
        {
            Assert.True(await seen.MoveNextAsync(), "The watch ended before the task.");
        }
        while (!seen.Current.IsEnded);
        Assert.Equal("result", Text(seen.Current.Result));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_watch_under_many_changes_does_not_go_back_and_shows_the_last()
    {
        var (worker, user) = await OpenAsync();
        await CreateAsync(worker);
        var lease = await StartAsync(worker);
        var standing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watching = Task.Run(async () =>
        {
            var seen = new List<TrackedTask>();
            await foreach (var task in user.WatchAsync(Tenant, "task"))
            {
                seen.Add(task);
                standing.TrySetResult();
            }

            return seen;
        });
        await standing.Task;
        for (var i = 1; i <= _store.Repetitions; i++)
        {
            AssertApplied(await worker.RenewAsync(lease, new TrackedTaskProgress((double)i / _store.Repetitions)));
        }

        AssertApplied(await worker.CompleteAsync(lease, default));

        var shown = await watching;
        Assert.Equal(TrackedTaskState.Completed, shown[^1].State);
        Assert.Equal(shown.Select(task => task.Progress).Order(), shown.Select(task => task.Progress));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_watch_ends_by_its_token()
    {
        var (tracker, _) = await OpenAsync();
        await CreateAsync(tracker);
        using var cancellation = new CancellationTokenSource();
        await using var seen = tracker.WatchAsync(Tenant, "task", cancellation.Token).GetAsyncEnumerator();
        Assert.True(await seen.MoveNextAsync());
        var waiting = seen.MoveNextAsync().AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private static async Task<List<TrackedTask>> AllAsync(IAsyncEnumerable<TrackedTask> watch)
    {
        var seen = new List<TrackedTask>();
        await foreach (var task in watch)
        {
            seen.Add(task);
        }

        return seen;
    }
}
