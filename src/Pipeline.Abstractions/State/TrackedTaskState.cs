namespace Pipeline.State;

/// <summary>Where a long-running task is. The last four are final.</summary>
public enum TrackedTaskState
{
    /// <summary>Nobody works on it: it was not begun, or its last attempt was lost or given back.</summary>
    Pending = 0,

    /// <summary>A worker holds its lease.</summary>
    Processing = 1,

    /// <summary>It is done, and has its result.</summary>
    Completed = 2,

    /// <summary>It failed, or its last attempt was lost; the error says why.</summary>
    Failed = 3,

    /// <summary>It was cancelled before it was done.</summary>
    Cancelled = 4,

    /// <summary>Its time, or that of its last attempt, was over before it was done.</summary>
    TimedOut = 5,
}
