namespace Pipeline.State;

/// <summary>Whether a task was started, and if so, the attempt.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
/// <param name="Outcome">What became of it.</param>
/// <param name="Task">The task, or <see langword="null"/> for <see cref="TrackedTaskOutcome.NotFound"/>.</param>
/// <param name="Lease">The attempt; <see langword="null"/> unless the task was started.</param>
public readonly record struct TrackedTaskStart(TrackedTaskOutcome Outcome, TrackedTask? Task, TrackedTaskLease? Lease)
{
    /// <summary>Whether the task was started, and the caller holds it.</summary>
    public bool IsStarted => Outcome == TrackedTaskOutcome.Applied;
}
