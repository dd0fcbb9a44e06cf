using Pipeline.Queues;

namespace Pipeline.State;

/// <summary>The state machine of a task, as <c>docs/state.md</c> draws it: from a task and a moment to what becomes of it. No I/O, no clock.</summary>
internal static class TaskRules
{
    public const string LeaseLostError = "LeaseLost";
    public const string TimedOutError = "TimedOut";

    public static TaskRecord Create(TrackedTaskOptions options, Guid instance, DateTimeOffset now) => new()
    {
        State = TrackedTaskState.Pending,
        Instance = instance,
        CreatedAt = now,
        Deadline = now + options.Timeout,
        AttemptTimeout = options.AttemptTimeout,
        MaxAttempts = options.MaxAttempts,
        Retention = options.Retention,
    };

    /// <summary>What the time has done to a task. It does the same whenever it is asked, so all see alike what nobody has written down yet.</summary>
    public static TaskRecord Settle(TaskRecord task, DateTimeOffset now)
    {
        while (!task.IsEnded && task.DueAt <= now)
        {
            task = task.DueAt == task.Deadline ? TimeOut(task) : LoseAttempt(task);
        }

        return task;
    }

    public static (TrackedTaskOutcome Outcome, TaskRecord Task) Start(TaskRecord task, Guid owner, TimeSpan lease, DateTimeOffset now) => task.State switch
    {
        TrackedTaskState.Pending => (TrackedTaskOutcome.Applied, task with
        {
            State = TrackedTaskState.Processing,
            Attempts = task.Attempts + 1,
            Token = FencingToken.After(task.Token, now),
            Owner = owner,
            StartedAt = now,
            LeaseUntil = now + lease,
            Progress = 0,
            ProgressMessage = null,
        }),

        // Its own start, whose answer was lost.
        TrackedTaskState.Processing when task.Owner == owner => (TrackedTaskOutcome.Applied, task),
        TrackedTaskState.Processing => (TrackedTaskOutcome.Held, task),
        _ => (TrackedTaskOutcome.Ended, task),
    };

    public static (TrackedTaskOutcome Outcome, TaskRecord Task) Renew(
        TaskRecord task, TrackedTaskLease lease, TrackedTaskProgress? progress, DateTimeOffset now) => Holds(task, lease)
            ? (TrackedTaskOutcome.Applied, task with
            {
                LeaseUntil = now + lease.Duration,
                Progress = Math.Max(task.Progress, progress?.Fraction ?? 0),
                ProgressMessage = progress is { } said ? said.Message : task.ProgressMessage,
            })
            : Refuse(task);

    public static (TrackedTaskOutcome Outcome, TaskRecord Task) Complete(
        TaskRecord task, TrackedTaskLease lease, ReadOnlyMemory<byte> result, DateTimeOffset now) => Holds(task, lease)
            ? (TrackedTaskOutcome.Applied, End(task, TrackedTaskState.Completed, now) with { Result = result.ToArray(), Progress = 1, Error = null })
            : Repeat(task, lease, task.State == TrackedTaskState.Completed);

    public static (TrackedTaskOutcome Outcome, TaskRecord Task) Fail(TaskRecord task, TrackedTaskLease lease, MessageError cause, DateTimeOffset now) =>
        Holds(task, lease)
            ? (TrackedTaskOutcome.Applied, End(task, TrackedTaskState.Failed, now) with { Error = TaskError.From(cause) })
            : Repeat(task, lease, task.State == TrackedTaskState.Failed);

    public static (TrackedTaskOutcome Outcome, TaskRecord Task) Release(TaskRecord task, TrackedTaskLease lease, MessageError? cause, DateTimeOffset now)
    {
        if (!Holds(task, lease))
        {
            return Repeat(task, lease, task.State is TrackedTaskState.Pending or TrackedTaskState.Failed or TrackedTaskState.Cancelled);
        }

        var given = cause is null ? task with { Attempts = task.Attempts - 1 } : task with { Error = TaskError.From(cause) };
        return (TrackedTaskOutcome.Applied, task switch
        {
            { IsCancellationRequested: true } => End(given, TrackedTaskState.Cancelled, now),
            _ when cause is not null && given.Attempts >= given.MaxAttempts => End(given, TrackedTaskState.Failed, now),
            _ => given with { State = TrackedTaskState.Pending, LeaseUntil = null },
        });
    }

    public static (TrackedTaskOutcome Outcome, TaskRecord Task) Cancel(TaskRecord task, DateTimeOffset now) => task.State switch
    {
        TrackedTaskState.Pending =>
            (TrackedTaskOutcome.Applied, End(task, TrackedTaskState.Cancelled, now) with { IsCancellationRequested = true, Owner = null }),
        TrackedTaskState.Processing =>
            (TrackedTaskOutcome.Applied, task.IsCancellationRequested ? task : task with { IsCancellationRequested = true }),
        TrackedTaskState.Cancelled => (TrackedTaskOutcome.Applied, task),
        _ => (TrackedTaskOutcome.Ended, task),
    };

    public static (TrackedTaskOutcome Outcome, TaskRecord Task) ConfirmCancellation(TaskRecord task, TrackedTaskLease lease, DateTimeOffset now)
    {
        if (!Holds(task, lease))
        {
            return Repeat(task, lease, task.State == TrackedTaskState.Cancelled);
        }

        return task.IsCancellationRequested
            ? (TrackedTaskOutcome.Applied, End(task, TrackedTaskState.Cancelled, now))
            : (TrackedTaskOutcome.NotRequested, task);
    }

    private static bool Holds(TaskRecord task, TrackedTaskLease lease) => task.State == TrackedTaskState.Processing && task.Owner == lease.Owner;

    private static (TrackedTaskOutcome Outcome, TaskRecord Task) Repeat(TaskRecord task, TrackedTaskLease lease, bool isWhatItAsksFor) =>
        isWhatItAsksFor && task.Owner == lease.Owner ? (TrackedTaskOutcome.Applied, task) : Refuse(task);

    private static (TrackedTaskOutcome Outcome, TaskRecord Task) Refuse(TaskRecord task) =>
        (task.IsEnded ? TrackedTaskOutcome.Ended : TrackedTaskOutcome.LeaseLost, task);

    private static TaskRecord End(TaskRecord task, TrackedTaskState state, DateTimeOffset at) => task with
    {
        State = state,
        LeaseUntil = null,
        EndedAt = at,
    };

    // By the time, not by its owner, who is then refused.
    private static TaskRecord TimeOut(TaskRecord task) => EndByTime(
        task, TrackedTaskState.TimedOut, task.Deadline, new TaskError { Type = TimedOutError, Message = "The task did not end before its deadline." });

    private static TaskRecord LoseAttempt(TaskRecord task)
    {
        var at = task.DueAt;
        var isLeaseLost = at == task.LeaseUntil;
        var error = isLeaseLost
            ? new TaskError { Type = LeaseLostError, Message = "The attempt was not renewed in time." }
            : new TaskError { Type = TimedOutError, Message = "The attempt took longer than it may." };
        return task.IsCancellationRequested || task.Attempts >= task.MaxAttempts
            ? EndByTime(task, isLeaseLost ? TrackedTaskState.Failed : TrackedTaskState.TimedOut, at, error)
            : task with { State = TrackedTaskState.Pending, LeaseUntil = null, Owner = null, Error = error };
    }

    private static TaskRecord EndByTime(TaskRecord task, TrackedTaskState state, DateTimeOffset at, TaskError error) => task.IsCancellationRequested
        ? End(task, TrackedTaskState.Cancelled, at) with { Owner = null }
        : End(task, state, at) with { Owner = null, Error = error };
}
