namespace Pipeline.Health;

/// <summary>How the health endpoints check.</summary>
/// <remarks>Bound from <c>Health</c> of the edge's configuration section. Read once, at the start.</remarks>
public sealed class HealthOptions
{
    /// <summary>
    /// How long the outcome of a check serves further probes, zero to 1 hour. However many probes ask at once, a check runs once. Default: 5 seconds.
    /// </summary>
    public TimeSpan CacheFor { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a check may take before it counts as failed, 10 milliseconds to 1 minute; a check that was registered with a time-out of its own has that one.
    /// Default: 2 seconds.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Whether answers hold what checks say of themselves, which may name hosts. An exception's message is never shown, only its type. Default: <see langword="false"/>,
    /// names, statuses and durations only.
    /// </summary>
    public bool ShowDetails { get; set; }
}
