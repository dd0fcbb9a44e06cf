namespace Pipeline.Steps;

/// <summary>What protects the calls of one step. What is <see langword="null"/> was not asked for, and costs nothing.</summary>
/// <remarks>
/// Bound from <c>Steps:&lt;name&gt;</c> of the suite's configuration section; what the code says wins. Copied when the runner is made; later changes
/// have no effect. The parts stand in this order, from the outside in: <see cref="TotalTimeout"/>, <see cref="MaxConcurrency"/>, <see cref="Retry"/>,
/// <see cref="CircuitBreaker"/>, <see cref="AttemptTimeout"/>.
/// </remarks>
public sealed record StepOptions
{
    internal const int GreatestMaxConcurrency = 100_000;

    internal const int GreatestMaxQueued = 1_000_000;

    /// <summary>
    /// How long a call may take with its waits and retries, 10 milliseconds to 24 hours. For a streaming step: the whole enumeration. Default:
    /// <see langword="null"/>, no limit.
    /// </summary>
    public TimeSpan? TotalTimeout { get; set; }

    /// <summary>
    /// How long one attempt may take, 10 milliseconds to 24 hours. For a streaming step: until its first item. Default: <see langword="null"/>, no limit.
    /// </summary>
    public TimeSpan? AttemptTimeout { get; set; }

    /// <summary>
    /// What replaces <see cref="TotalTimeout"/> for the calls of some models, by the model's name (<see cref="StepContext.Model"/>). Default: empty.
    /// </summary>
    public IDictionary<string, TimeSpan> ModelTimeouts { get; set; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);

    /// <summary>Whether and how failed attempts are repeated. Default: <see langword="null"/>, they are not.</summary>
    public StepRetryOptions? Retry { get; set; }

    /// <summary>Whether and when a failing step is left alone. Default: <see langword="null"/>, never.</summary>
    public StepCircuitBreakerOptions? CircuitBreaker { get; set; }

    /// <summary>
    /// How many calls run at the same time in this process, 1 to 100,000. A call that was given up while its step still ran no longer counts.
    /// Default: <see langword="null"/>, no limit.
    /// </summary>
    public int? MaxConcurrency { get; set; }

    /// <summary>How many more calls wait for their turn, first come, first served, 0 to 1,000,000; any further one is refused. Default: 1,000.</summary>
    public int MaxQueued { get; set; } = 1_000;
}
