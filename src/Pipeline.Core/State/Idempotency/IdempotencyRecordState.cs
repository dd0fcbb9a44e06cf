namespace Pipeline.State;

/// <summary>What became of an idempotency key.</summary>
internal enum IdempotencyRecordState
{
    Begun = 0,
    Completed = 1,

    /// <summary>Given back. What is left of it is its token, above which the next has to be.</summary>
    Released = 2,
}
