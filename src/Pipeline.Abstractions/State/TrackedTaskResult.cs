namespace Pipeline.State;

/// <summary>What became of a change of a task, and the task after it.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
/// <param name="Outcome">What became of the change.</param>
/// <param name="Task">
/// The task after the change, or as it stood in the way; <see langword="null"/> for <see cref="TrackedTaskOutcome.NotFound"/>.
/// </param>
public readonly record struct TrackedTaskResult(TrackedTaskOutcome Outcome, TrackedTask? Task)
{
    /// <summary>Whether the change took place.</summary>
    public bool IsApplied => Outcome == TrackedTaskOutcome.Applied;
}
