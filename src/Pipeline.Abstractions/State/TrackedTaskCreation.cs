namespace Pipeline.State;

/// <summary>A task that was to be created, and whether it was there already.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
/// <param name="Task">The task.</param>
/// <param name="IsNew">Whether the call created it.</param>
public readonly record struct TrackedTaskCreation(TrackedTask Task, bool IsNew);
