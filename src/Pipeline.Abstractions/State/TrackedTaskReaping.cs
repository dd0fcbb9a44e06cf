namespace Pipeline.State;

/// <summary>What a call of the reaper did.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
/// <param name="Changed">
/// The tasks that this call changed, as they are now: those that are pending again wait for somebody to start them, the others have ended.
/// </param>
/// <param name="HasMore">Whether more were due than the call was to look at.</param>
public sealed record TrackedTaskReaping(IReadOnlyList<TrackedTask> Changed, bool HasMore);
