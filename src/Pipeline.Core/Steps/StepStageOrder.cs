namespace Pipeline.Steps;

/// <summary>
/// Where a stage stands around the step: the least comes first on the way in, and last on the way out. There is room between the names for stages of
/// one's own; stages of equal order keep the order of their registration.
/// </summary>
public enum StepStageOrder
{
    /// <summary>Around everything: on the way out it sees each call, however it ended. Here learnings are recorded.</summary>
    Record = 100,

    /// <summary>Checks the input and its size.</summary>
    Validation = 200,

    /// <summary>Takes from the rate limits; on the way out gives back what an answer from a cache did not use.</summary>
    RateLimit = 300,

    /// <summary>Answers equal requests; on the way out keeps the answer.</summary>
    Cache = 400,

    /// <summary>Answers near-identical requests; on the way out keeps the answer.</summary>
    SemanticCache = 500,

    /// <summary>Puts what was learned earlier into the context.</summary>
    Recall = 600,

    /// <summary>On the way out: usage and cost are settled, before the answer is kept.</summary>
    Settlement = 700,

    /// <summary>Closest to the step: time-outs, concurrency, retries and the circuit breaker.</summary>
    Execution = 800,
}
