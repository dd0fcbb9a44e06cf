namespace Pipeline.State;

/// <summary>What became of a change of a task. Only <see cref="Applied"/> changes anything.</summary>
public enum TrackedTaskOutcome
{
    /// <summary>The change took place, by this call or by an earlier one that it repeats.</summary>
    Applied = 0,

    /// <summary>The tenant has no such task, or has it no longer.</summary>
    NotFound = 1,

    /// <summary>The task cannot be started: a worker holds it.</summary>
    Held = 2,

    /// <summary>The task is no longer the caller's: its lease ran out, or it gave the task back.</summary>
    LeaseLost = 3,

    /// <summary>The task has ended otherwise, and a final state does not change.</summary>
    Ended = 4,

    /// <summary>The task cannot be ended as cancelled: nobody asked for it.</summary>
    NotRequested = 5,
}
