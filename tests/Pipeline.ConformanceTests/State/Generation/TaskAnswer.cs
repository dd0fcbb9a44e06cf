using Pipeline.State;

namespace Pipeline.Conformance.State.Generation;

/// <summary>A call on a task, when it was made, and its answer.</summary>
internal sealed record TaskAnswer(TaskOperation Operation, DateTimeOffset At, TrackedTaskOutcome Outcome, TrackedTask? Task, TrackedTaskLease? Lease, bool IsNew)
{
    public override string ToString() =>
        $"{Operation}: {Outcome}{(IsNew ? ", new" : "")}, {Task?.State} attempt {Task?.Attempts} progress {Task?.Progress}{(Task?.IsCancellationRequested is true ? ", cancelling" : "")}";
}
