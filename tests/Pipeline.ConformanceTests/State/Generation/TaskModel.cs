using System.Text;
using Pipeline.State;

namespace Pipeline.Conformance.State.Generation;

/// <summary>What a task should be. Immutable and compared by value, so that a search can go back to it.</summary>
internal sealed record TaskModel
{
    public static TaskModel None { get; } = new();

    /// <summary>Null where there is no task.</summary>
    public TrackedTaskOptions? Options { get; init; }

    public TrackedTaskState State { get; init; }

    public int Attempts { get; init; }

    public long Token { get; init; }

    /// <summary>Who made the current attempt, or the last one unless it was lost.</summary>
    public Guid Owner { get; init; }

    /// <summary>What the last owner did that it may do again without harm.</summary>
    public TaskRepeats Repeats { get; init; }

    public bool IsCancelling { get; init; }

    public double Progress { get; init; }

    public string? Message { get; init; }

    public string? Error { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset LeaseUntil { get; init; }

    public DateTimeOffset GoneAt { get; init; }

    /// <summary>Whether the store has it so: what only the time did is not written down until somebody does.</summary>
    public bool IsWritten { get; init; } = true;

    public bool IsThere => Options is not null;

    public bool IsEnded => State is not (TrackedTaskState.Pending or TrackedTaskState.Processing);

    private DateTimeOffset Deadline => CreatedAt + Options!.Timeout;

    private DateTimeOffset AttemptEnd => Options!.AttemptTimeout is { } limit && StartedAt + limit < LeaseUntil ? StartedAt + limit : LeaseUntil;

    /// <summary>The moments at which the time changes it.</summary>
    public IEnumerable<DateTimeOffset> Moments => !IsThere ? [] : IsEnded ? [GoneAt]
        : State == TrackedTaskState.Processing ? [AttemptEnd, Deadline, GoneAt] : [Deadline, GoneAt];

    /// <summary>The task after a call, or <see langword="null"/> where the answer is wrong.</summary>
    public static TaskModel? Next(TaskModel model, TaskAnswer answer) => model.Explain(answer, TimeSpan.Zero).After;

    /// <summary>What the time has done.</summary>
    public TaskModel Pass(DateTimeOffset now)
    {
        if (!IsThere || GoneAt <= now)
        {
            return None;
        }

        if (State == TrackedTaskState.Processing && AttemptEnd < Deadline && AttemptEnd <= now)
        {
            var isLeaseLost = AttemptEnd == LeaseUntil;
            var lost = this with { Owner = Guid.Empty, Repeats = TaskRepeats.None, IsWritten = false, LeaseUntil = default };
            var error = isLeaseLost ? "LeaseLost" : "TimedOut";
            return IsCancelling ? lost with { State = TrackedTaskState.Cancelled }
                : Attempts < Options!.MaxAttempts ? (lost with { State = TrackedTaskState.Pending, Error = error }).Pass(now)
                : lost with { State = isLeaseLost ? TrackedTaskState.Failed : TrackedTaskState.TimedOut, Error = error };
        }

        if (IsEnded || Deadline > now)
        {
            return this;
        }

        var late = this with { Owner = Guid.Empty, Repeats = TaskRepeats.None, IsWritten = false, LeaseUntil = default };
        return IsCancelling ? late with { State = TrackedTaskState.Cancelled } : late with { State = TrackedTaskState.TimedOut, Error = "TimedOut" };
    }

    /// <summary>Says what is wrong with an answer, or what the task is after it.</summary>
    public (TaskModel? After, string? Problem) Explain(TaskAnswer answer, TimeSpan tolerance)
    {
        var before = Pass(answer.At);
        var (outcome, after) = before.Expect(answer);
        if (outcome != answer.Outcome)
        {
            return (null, $"The outcome is {answer.Outcome}, and should be {outcome} of a task that is {(before.IsThere ? before.State : "not there")}.");
        }

        if (answer.Operation.Kind == TaskOperationKind.Create && answer.IsNew == before.IsThere)
        {
            return (null, "IsNew is wrong.");
        }

        if (answer.Operation.Kind == TaskOperationKind.Start && outcome == TrackedTaskOutcome.Applied && !(answer.Lease!.Token > before.Token))
        {
            return (null, $"The fencing token {answer.Lease.Token} is not above {before.Token}.");
        }

        if (after != before)
        {
            after = after with { IsWritten = true, GoneAt = (after.IsEnded ? answer.At : after.Deadline) + after.Options!.Retention };
        }

        return after.FindProblem(answer.Task, tolerance) is { } problem ? (null, problem) : (after, null);
    }

    public string? FindProblem(TrackedTask? task, TimeSpan tolerance)
    {
        if (!IsThere || task is null)
        {
            return IsThere == task is not null ? null : $"The task is there: {task is not null}.";
        }

        var holds = State == TrackedTaskState.Processing;
        var until = AttemptEnd < Deadline ? AttemptEnd : Deadline;
        var result = Encoding.UTF8.GetString(task.Result.Span);
        return Differs(nameof(State), State, task.State) ?? Differs(nameof(Attempts), Attempts, task.Attempts)
            ?? Differs(nameof(Progress), Progress, task.Progress) ?? Differs(nameof(Message), Message, task.ProgressMessage)
            ?? Differs("IsCancellationRequested", IsCancelling, task.IsCancellationRequested) ?? Differs(nameof(Error), Error, task.Error?.Type)
            ?? Differs("Result", State == TrackedTaskState.Completed ? TaskOperation.Result : "", result)
            ?? Differs("IsEnded", IsEnded, task.IsEnded) ?? Differs("EndedAt", IsEnded, task.EndedAt is not null)
            ?? Differs("LeaseUntil", holds, task.LeaseUntil is not null)
            ?? (holds && (task.LeaseUntil!.Value - until).Duration() > tolerance ? $"LeaseUntil is {task.LeaseUntil:O}, and should be {until:O}." : null)
            ?? ((task.Deadline - Deadline).Duration() > tolerance ? $"Deadline is {task.Deadline:O}, and should be {Deadline:O}." : null);
    }

    private static string? Differs<T>(string name, T expected, T actual) =>
        EqualityComparer<T>.Default.Equals(expected, actual) ? null : $"{name} is {actual}, and should be {expected}.";

    private (TrackedTaskOutcome Outcome, TaskModel After) Expect(TaskAnswer answer)
    {
        var operation = answer.Operation;
        return operation.Kind switch
        {
            TaskOperationKind.Create when !IsThere =>
                (TrackedTaskOutcome.Applied, new TaskModel { Options = operation.Options ?? new(), CreatedAt = answer.At, IsWritten = false }),
            TaskOperationKind.Create => (TrackedTaskOutcome.Applied, this),
            _ when !IsThere => (TrackedTaskOutcome.NotFound, this),
            TaskOperationKind.Get => (TrackedTaskOutcome.Applied, this),
            TaskOperationKind.Start => ExpectStart(answer),
            TaskOperationKind.Cancel => ExpectCancel(),
            _ when State == TrackedTaskState.Processing && Owner == operation.Lease!.Owner => ExpectOfHolder(operation, answer.At),
            _ when Owner == operation.Lease!.Owner && Repeats.HasFlag(RepeatOf(operation.Kind)) => (TrackedTaskOutcome.Applied, this),
            _ => (IsEnded ? TrackedTaskOutcome.Ended : TrackedTaskOutcome.LeaseLost, this),
        };
    }

    private (TrackedTaskOutcome Outcome, TaskModel After) ExpectStart(TaskAnswer answer) => State switch
    {
        TrackedTaskState.Pending => (TrackedTaskOutcome.Applied, this with
        {
            State = TrackedTaskState.Processing,
            Attempts = Attempts + 1,
            Token = answer.Lease?.Token ?? 0,
            Owner = answer.Lease?.Owner ?? default,
            Repeats = TaskRepeats.None,
            StartedAt = answer.At,
            LeaseUntil = answer.At + answer.Operation.Duration,
            Progress = 0,
            Message = null,
        }),
        TrackedTaskState.Processing => (TrackedTaskOutcome.Held, this),
        _ => (TrackedTaskOutcome.Ended, this),
    };

    private (TrackedTaskOutcome Outcome, TaskModel After) ExpectCancel() => State switch
    {
        TrackedTaskState.Pending => (TrackedTaskOutcome.Applied, this with
        {
            State = TrackedTaskState.Cancelled, IsCancelling = true, Owner = Guid.Empty, Repeats = TaskRepeats.None,
        }),
        TrackedTaskState.Processing => (TrackedTaskOutcome.Applied, this with { IsCancelling = true }),
        TrackedTaskState.Cancelled => (TrackedTaskOutcome.Applied, this),
        _ => (TrackedTaskOutcome.Ended, this),
    };

    private (TrackedTaskOutcome Outcome, TaskModel After) ExpectOfHolder(TaskOperation operation, DateTimeOffset now)
    {
        var ended = this with { LeaseUntil = default };
        return operation.Kind switch
        {
            TaskOperationKind.Renew => (TrackedTaskOutcome.Applied, this with
            {
                LeaseUntil = now + operation.Lease!.Duration,
                Progress = Math.Max(Progress, operation.Progress?.Fraction ?? 0),
                Message = operation.Progress is { } progress ? progress.Message : Message,
            }),
            TaskOperationKind.Complete =>
                (TrackedTaskOutcome.Applied, ended with { State = TrackedTaskState.Completed, Progress = 1, Error = null, Repeats = TaskRepeats.Complete }),
            TaskOperationKind.Fail =>
                (TrackedTaskOutcome.Applied, ended with { State = TrackedTaskState.Failed, Error = TaskOperation.Cause, Repeats = TaskRepeats.Fail | TaskRepeats.Release }),
            TaskOperationKind.ConfirmCancellation => IsCancelling
                ? (TrackedTaskOutcome.Applied, ended with { State = TrackedTaskState.Cancelled, Repeats = TaskRepeats.Confirm | TaskRepeats.Release })
                : (TrackedTaskOutcome.NotRequested, this),
            TaskOperationKind.Release => (TrackedTaskOutcome.Applied, ended.GivenBack() with { Attempts = Attempts - 1 }),
            _ when !IsCancelling && Attempts == Options!.MaxAttempts =>
                (TrackedTaskOutcome.Applied, ended with { State = TrackedTaskState.Failed, Error = TaskOperation.Cause, Repeats = TaskRepeats.Fail | TaskRepeats.Release }),
            _ => (TrackedTaskOutcome.Applied, ended.GivenBack() with { Error = TaskOperation.Cause }),
        };
    }

    private TaskModel GivenBack() => IsCancelling
        ? this with { State = TrackedTaskState.Cancelled, Repeats = TaskRepeats.Confirm | TaskRepeats.Release }
        : this with { State = TrackedTaskState.Pending, Repeats = TaskRepeats.Release };

    private static TaskRepeats RepeatOf(TaskOperationKind kind) => kind switch
    {
        TaskOperationKind.Complete => TaskRepeats.Complete,
        TaskOperationKind.Fail => TaskRepeats.Fail,
        TaskOperationKind.Release or TaskOperationKind.ReleaseFailed => TaskRepeats.Release,
        TaskOperationKind.ConfirmCancellation => TaskRepeats.Confirm,
        _ => TaskRepeats.Never,
    };
}
