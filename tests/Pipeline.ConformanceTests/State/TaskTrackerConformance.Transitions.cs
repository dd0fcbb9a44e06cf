using Pipeline.Conformance.State.Generation;
using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

public abstract partial class TaskTrackerConformance
{
    /// <summary>What each state answers to each call that it does not allow.</summary>
    public static TheoryData<TrackedTaskState, TaskOperationKind, TrackedTaskOutcome> IllegalTransitions
    {
        get
        {
            var data = new TheoryData<TrackedTaskState, TaskOperationKind, TrackedTaskOutcome>();
            TaskOperationKind[] byLease =
            [
                TaskOperationKind.Renew, TaskOperationKind.Complete, TaskOperationKind.Fail, TaskOperationKind.Release, TaskOperationKind.ReleaseFailed,
                TaskOperationKind.ConfirmCancellation,
            ];
            foreach (var kind in byLease)
            {
                // Of a lease that another process has lost, or made up.
                data.Add(TrackedTaskState.Pending, kind, TrackedTaskOutcome.LeaseLost);
                data.Add(TrackedTaskState.Processing, kind, TrackedTaskOutcome.LeaseLost);
                foreach (var ended in Enum.GetValues<TrackedTaskState>().Where(state => state >= TrackedTaskState.Completed))
                {
                    data.Add(ended, kind, TrackedTaskOutcome.Ended);
                }
            }

            data.Add(TrackedTaskState.Processing, TaskOperationKind.Start, TrackedTaskOutcome.Held);
            foreach (var ended in Enum.GetValues<TrackedTaskState>().Where(state => state >= TrackedTaskState.Completed))
            {
                data.Add(ended, TaskOperationKind.Start, TrackedTaskOutcome.Ended);
                if (ended != TrackedTaskState.Cancelled)
                {
                    data.Add(ended, TaskOperationKind.Cancel, TrackedTaskOutcome.Ended);
                }
            }

            return data;
        }
    }

    /// <summary>What an owner can no longer do after it gave its attempt up another way.</summary>
    public static TheoryData<TaskOperationKind, TaskOperationKind, TrackedTaskOutcome> AfterTheEnd { get; } = new()
    {
        { TaskOperationKind.Complete, TaskOperationKind.Fail, TrackedTaskOutcome.Ended },
        { TaskOperationKind.Complete, TaskOperationKind.Release, TrackedTaskOutcome.Ended },
        { TaskOperationKind.Complete, TaskOperationKind.Renew, TrackedTaskOutcome.Ended },
        { TaskOperationKind.Complete, TaskOperationKind.ConfirmCancellation, TrackedTaskOutcome.Ended },
        { TaskOperationKind.Fail, TaskOperationKind.Complete, TrackedTaskOutcome.Ended },
        { TaskOperationKind.Fail, TaskOperationKind.Renew, TrackedTaskOutcome.Ended },
        { TaskOperationKind.Release, TaskOperationKind.Complete, TrackedTaskOutcome.LeaseLost },
        { TaskOperationKind.Release, TaskOperationKind.Renew, TrackedTaskOutcome.LeaseLost },
        { TaskOperationKind.ReleaseFailed, TaskOperationKind.Fail, TrackedTaskOutcome.LeaseLost },
    };

    /// <summary>What can be repeated by who did it, since the answer may have been lost.</summary>
    public static TheoryData<TaskOperationKind> Repeatable { get; } =
    [
        TaskOperationKind.Complete, TaskOperationKind.Fail, TaskOperationKind.Release, TaskOperationKind.ReleaseFailed, TaskOperationKind.Renew,
    ];

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(IllegalTransitions))]
    public async Task A_call_that_the_state_does_not_allow_is_refused_and_changes_nothing(
        TrackedTaskState state, TaskOperationKind kind, TrackedTaskOutcome expected)
    {
        var (first, second) = await OpenAsync();
        var foreign = await BringToAsync(first, state);
        var before = await ReadAsync(first);
        Assert.Equal(state, before.State);
        var now = await (await _store.OpenAsync()).GetTimeAsync();

        var answer = await TaskCaller.CallAsync(second, Tenant, "task", new TaskOperation(kind, foreign, Tick), now);

        Assert.Equal(expected, answer.Outcome);
        Assert.Null(answer.Lease);
        AssertSame(before, answer.Task);
        AssertSame(before, await ReadAsync(first));
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(AfterTheEnd))]
    public async Task Who_gave_an_attempt_up_cannot_change_its_mind(TaskOperationKind done, TaskOperationKind then, TrackedTaskOutcome expected)
    {
        var (tracker, _) = await OpenAsync();
        await CreateAsync(tracker);
        var lease = await StartAsync(tracker);
        await TaskCaller.CallAsync(tracker, Tenant, "task", new TaskOperation(done, lease), default);
        var before = await ReadAsync(tracker);

        var answer = await TaskCaller.CallAsync(tracker, Tenant, "task", new TaskOperation(then, lease), default);

        Assert.Equal(expected, answer.Outcome);
        AssertSame(before, await ReadAsync(tracker));
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(Repeatable))]
    public async Task What_took_place_can_be_repeated_without_harm(TaskOperationKind kind)
    {
        var (first, second) = await OpenAsync();
        await CreateAsync(first);
        var lease = await StartAsync(first);
        var once = await TaskCaller.CallAsync(first, Tenant, "task", new TaskOperation(kind, lease), default);

        var twice = await TaskCaller.CallAsync(second, Tenant, "task", new TaskOperation(kind, lease), default);

        Assert.Equal((TrackedTaskOutcome.Applied, TrackedTaskOutcome.Applied), (once.Outcome, twice.Outcome));
        Assert.Equal(once.Task!.Attempts, twice.Task!.Attempts);
        Assert.Equal(once.Task.State, twice.Task.State);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_cancellation_is_confirmed_only_if_it_was_asked_for_and_can_be_confirmed_again()
    {
        var (tracker, _) = await OpenAsync();
        await CreateAsync(tracker);
        var lease = await StartAsync(tracker);

        var early = await tracker.ConfirmCancellationAsync(lease);
        Assert.Equal((TrackedTaskOutcome.NotRequested, TrackedTaskState.Processing), (early.Outcome, early.Task!.State));
        AssertApplied(await tracker.RenewAsync(lease));

        AssertApplied(await tracker.CancelAsync(Tenant, "task"));
        AssertApplied(await tracker.ConfirmCancellationAsync(lease));
        AssertApplied(await tracker.ConfirmCancellationAsync(lease));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(TaskOperationKind.Get)]
    [InlineData(TaskOperationKind.Start)]
    [InlineData(TaskOperationKind.Renew)]
    [InlineData(TaskOperationKind.Complete)]
    [InlineData(TaskOperationKind.Fail)]
    [InlineData(TaskOperationKind.Release)]
    [InlineData(TaskOperationKind.ReleaseFailed)]
    [InlineData(TaskOperationKind.Cancel)]
    [InlineData(TaskOperationKind.ConfirmCancellation)]
    public async Task What_is_not_there_is_not_found(TaskOperationKind kind)
    {
        var (tracker, _) = await OpenAsync();
        var lease = new TrackedTaskLease(Tenant, "none", 1, Guid.NewGuid(), Tick);

        var answer = await TaskCaller.CallAsync(tracker, Tenant, "none", new TaskOperation(kind, lease, Tick), default);

        Assert.Equal((TrackedTaskOutcome.NotFound, null, null), (answer.Outcome, answer.Task, answer.Lease));
        Assert.Null(await tracker.GetAsync(Tenant, "none"));
    }

    /// <summary>Makes a task that is in a state.</summary>
    /// <returns>A lease that does not hold it.</returns>
    private async Task<TrackedTaskLease> BringToAsync(ITaskTracker tracker, TrackedTaskState state)
    {
        await CreateAsync(tracker, options: state == TrackedTaskState.TimedOut ? Options with { Timeout = Tick * 2 } : null);

        // Lost by its lease, so that the attempt is nobody's.
        var lost = await StartAsync(tracker, lease: Tick / 2);
        await _store.AdvanceAsync(Tick);
        switch (state)
        {
            case TrackedTaskState.Processing:
                await StartAsync(tracker);
                break;
            case TrackedTaskState.Completed:
                AssertApplied(await tracker.CompleteAsync(await StartAsync(tracker), Bytes("result")));
                break;
            case TrackedTaskState.Failed:
                AssertApplied(await tracker.FailAsync(await StartAsync(tracker), Cause));
                break;
            case TrackedTaskState.Cancelled:
                AssertApplied(await tracker.CancelAsync(Tenant, "task"));
                break;
            case TrackedTaskState.TimedOut:
                await _store.AdvanceAsync(Tick * 2);
                break;
        }

        return lost;
    }
}
