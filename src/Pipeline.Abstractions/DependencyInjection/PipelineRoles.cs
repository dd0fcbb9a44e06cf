namespace Pipeline.DependencyInjection;

/// <summary>The roles that a backend can play, to narrow a call such as <c>UseRedis</c> to some of them.</summary>
[Flags]
public enum PipelineRoles
{
    /// <summary>No role.</summary>
    None = 0,

    /// <summary>The cache: <c>ICacheBackend</c>.</summary>
    Cache = 1,

    /// <summary>Rate limits: <c>IRateLimiter</c>.</summary>
    RateLimiting = 2,

    /// <summary>Queues: <c>IQueueProvider</c>.</summary>
    Queues = 4,

    /// <summary>Telemetry: <c>ITelemetrySink</c>. Sinks add up; they never conflict.</summary>
    Telemetry = 8,

    /// <summary>Learnings: <c>ILearningStore</c>.</summary>
    Learning = 16,

    /// <summary>Vectors: <c>IVectorIndex</c>.</summary>
    Vectors = 32,

    /// <summary>State: <c>IStateStore</c>.</summary>
    State = 64,

    /// <summary>Every role that the backend can play.</summary>
    All = Cache | RateLimiting | Queues | Telemetry | Learning | Vectors | State,
}
