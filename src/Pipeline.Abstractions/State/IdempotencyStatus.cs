namespace Pipeline.State;

/// <summary>Whether the caller is to do the work.</summary>
public enum IdempotencyStatus
{
    /// <summary>The caller has begun, and holds the lease.</summary>
    Started = 0,

    /// <summary>Another has begun and is not done. HTTP: 409 with <c>Retry-After</c>.</summary>
    InProgress = 1,

    /// <summary>It was done before, and here is the answer.</summary>
    Completed = 2,

    /// <summary>The key was used for another request. HTTP: 422.</summary>
    Conflict = 3,
}
