namespace Pipeline.Telemetry;

/// <summary>How a call ended, as seen by its caller.</summary>
/// <remarks>The numbers are stored: they never change.</remarks>
public enum CallOutcome
{
    /// <summary>It gave a value, computed or cached.</summary>
    Succeeded = 0,

    /// <summary>The step failed, after all its retries.</summary>
    Failed = 1,

    /// <summary>Its time ran out.</summary>
    TimedOut = 2,

    /// <summary>The caller cancelled it.</summary>
    Canceled = 3,

    /// <summary>A rate limit refused it; the step did not run.</summary>
    RateLimited = 4,

    /// <summary>Something else refused it before the step ran: validation, a size limit, an open circuit.</summary>
    Rejected = 5,
}
