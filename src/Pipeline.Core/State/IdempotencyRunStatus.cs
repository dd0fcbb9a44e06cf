namespace Pipeline.State;

/// <summary>What became of work that is to take place once.</summary>
public enum IdempotencyRunStatus
{
    /// <summary>The work was done, and its answer is stored.</summary>
    Ran = 0,

    /// <summary>It was done before, and here is the answer.</summary>
    Replayed = 1,

    /// <summary>Another is at it. HTTP: 409 with <c>Retry-After</c>.</summary>
    InProgress = 2,

    /// <summary>The key was used for another request. HTTP: 422.</summary>
    Conflict = 3,

    /// <summary>
    /// The caller was at it and could not renew in time, and another has begun meanwhile, whose answer will count. If the work was done in spite of it, the response
    /// is its answer; it is stored nowhere.
    /// </summary>
    LeaseLost = 4,
}
