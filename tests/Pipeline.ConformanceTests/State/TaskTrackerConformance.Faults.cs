using Pipeline.Backends;
using Pipeline.Conformance.State.FaultInjection;
using Pipeline.Conformance.State.Generation;
using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

public abstract partial class TaskTrackerConformance
{
    /// <summary>Each call that changes a task.</summary>
    public static TheoryData<TaskOperationKind> Changes { get; } =
    [
        TaskOperationKind.Create, TaskOperationKind.Start, TaskOperationKind.Renew, TaskOperationKind.Complete, TaskOperationKind.Fail,
        TaskOperationKind.Release, TaskOperationKind.ReleaseFailed, TaskOperationKind.Cancel, TaskOperationKind.ConfirmCancellation,
    ];

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(Changes))]
    public async Task A_change_whose_answer_was_lost_is_found_to_have_taken_place(TaskOperationKind kind)
    {
        // The last write is that of the task; those that have a marker write it first.
        var writesBefore = kind is TaskOperationKind.Create or TaskOperationKind.Start ? 1 : 0;
        foreach (var lost in Enumerable.Range(0, writesBefore + 1))
        {
            var (tracker, faulty, faults) = await OpenFaultyAsync();
            var (id, lease) = ($"task{lost}", await PrepareAsync(tracker, kind, $"task{lost}"));
            var gate = faults.Hold(StateStoreCall.CompareAndSet);
            var calling = Task.Run(async () => await TaskCaller.CallAsync(faulty, Tenant, id, OperationOf(kind, lease), default));
            await gate.Reached;
            if (lost == writesBefore)
            {
                faults.FailAfter(StateStoreCall.CompareAndSet, times: lost + 1);
            }
            else
            {
                faults.FailAfter(StateStoreCall.CompareAndSet);
            }

            gate.Open();
            TaskAnswer answer;
            try
            {
                answer = await calling;
            }
            catch (BackendUnavailableException)
            {
                // The marker's write: nothing took place, and the call may be repeated.
                answer = await TaskCaller.CallAsync(tracker, Tenant, id, OperationOf(kind, lease), default);
            }

            Assert.Equal(TrackedTaskOutcome.Applied, answer.Outcome);
            Assert.Equal(kind == TaskOperationKind.Create, answer.IsNew);
            AssertSame(answer.Task, await ReadAsync(tracker, id));
            if (kind == TaskOperationKind.Start)
            {
                AssertApplied(await tracker.CompleteAsync(answer.Lease!, default));
            }
        }
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(Changes))]
    public async Task A_call_that_is_cancelled_at_any_of_its_steps_took_place_or_did_not_and_can_be_repeated(TaskOperationKind kind)
    {
        foreach (var step in Enum.GetValues<StateStoreCall>())
        {
            var (tracker, faulty, faults) = await OpenFaultyAsync();
            var (id, lease) = ($"task{step}", await PrepareAsync(tracker, kind, $"task{step}"));
            var before = await tracker.GetAsync(Tenant, id);
            var gate = faults.Hold(step);
            using var cancellation = new CancellationTokenSource();
            var calling = Task.Run(async () => await TaskCaller.CallAsync(faulty, Tenant, id, OperationOf(kind, lease), default, cancellation.Token));
            if (await Task.WhenAny(gate.Reached, calling) == calling)
            {
                Assert.Equal(TrackedTaskOutcome.Applied, (await calling).Outcome);
                continue;
            }

            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling);
            gate.Open();

            AssertSame(before, await tracker.GetAsync(Tenant, id));
            Assert.Equal(TrackedTaskOutcome.Applied, (await TaskCaller.CallAsync(faulty, Tenant, id, OperationOf(kind, lease), default)).Outcome);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_call_with_a_cancelled_token_does_nothing()
    {
        var (tracker, _) = await OpenAsync();
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        foreach (var kind in Enum.GetValues<TaskOperationKind>().Where(kind => kind != TaskOperationKind.Get))
        {
            var lease = await PrepareAsync(tracker, kind, $"task{kind}");
            var before = await tracker.GetAsync(Tenant, $"task{kind}");
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
                await TaskCaller.CallAsync(tracker, Tenant, $"task{kind}", OperationOf(kind, lease), default, cancellation.Token));
            AssertSame(before, await tracker.GetAsync(Tenant, $"task{kind}"));
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await tracker.GetAsync(Tenant, "task", cancellation.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await tracker.ReapAsync(10, cancellation.Token));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_backend_that_is_away_is_told_and_the_call_repeated_later()
    {
        var (tracker, faulty, faults) = await OpenFaultyAsync();
        await CreateAsync(tracker);

        faults.FailBefore(StateStoreCall.Get);
        await Assert.ThrowsAsync<BackendUnavailableException>(async () => await faulty.StartAsync(Tenant, "task", Long));
        faults.FailBefore(StateStoreCall.GetTime);
        await Assert.ThrowsAsync<BackendUnavailableException>(async () => await faulty.StartAsync(Tenant, "task", Long));
        Assert.Equal(TrackedTaskState.Pending, (await ReadAsync(tracker)).State);

        await StartAsync(faulty);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_reaper_that_stops_half_way_tells_what_it_did_and_the_next_does_the_rest()
    {
        foreach (var step in new[] { StateStoreCall.Get, StateStoreCall.CompareAndSet, StateStoreCall.Delete })
        {
            for (var after = 0; after < 3; after++)
            {
                var (tracker, faulty, faults) = await OpenFaultyAsync();
                string[] ids = [$"{step}{after}a", $"{step}{after}b", $"{step}{after}c"];
                foreach (var id in ids)
                {
                    await CreateAsync(tracker, id, Options with { MaxAttempts = after == 0 ? 1 : 2 });
                    await StartAsync(tracker, id, Tick);
                }

                await _store.AdvanceAsync(Tick * 2);
                var changed = new List<string>();
                for (var i = 0; i < after; i++)
                {
                    changed.AddRange((await tracker.ReapAsync(1)).Changed.Where(task => task.Tenant == Tenant).Select(task => task.Id));
                }

                faults.FailAfter(step);
                try
                {
                    changed.AddRange((await faulty.ReapAsync(1_000)).Changed.Where(task => task.Tenant == Tenant).Select(task => task.Id));
                }
                catch (BackendUnavailableException)
                {
                    // Nothing was changed, or what was is not known.
                }

                changed.AddRange((await ReapAsync(tracker)).Select(task => task.Id));
                Assert.Equal(changed.Distinct(), changed);
                foreach (var id in ids)
                {
                    Assert.Equal(after == 0 ? TrackedTaskState.Failed : TrackedTaskState.Pending, (await ReadAsync(tracker, id)).State);
                }

                Assert.Empty(await ReapAsync(tracker));
            }
        }
    }

    private TaskOperation OperationOf(TaskOperationKind kind, TrackedTaskLease? lease) =>
        new(kind, lease, Long, new TrackedTaskProgress(0.5), kind == TaskOperationKind.Create ? Options : null);

    private async Task<TrackedTaskLease?> PrepareAsync(ITaskTracker tracker, TaskOperationKind kind, string id)
    {
        if (kind == TaskOperationKind.Create)
        {
            return null;
        }

        await CreateAsync(tracker, id);
        if (kind is TaskOperationKind.Start)
        {
            return null;
        }

        var lease = await StartAsync(tracker, id);
        if (kind == TaskOperationKind.ConfirmCancellation)
        {
            AssertApplied(await tracker.CancelAsync(Tenant, id));
        }

        return lease;
    }

    private async Task<(ITaskTracker Tracker, ITaskTracker Faulty, StateStoreFaults Faults)> OpenFaultyAsync()
    {
        var (store, faults) = (await _store.OpenAsync(), new StateStoreFaults());
        return (_open(store, _store.ClientTime), _open(new FaultInjectingStateStore(store, faults), _store.ClientTime), faults);
    }
}
