namespace Pipeline.Steps;

/// <summary>When a step that keeps failing is left alone for a while.</summary>
/// <remarks>What the caller cancelled and what was refused does not count.</remarks>
public sealed record StepCircuitBreakerOptions
{
    /// <summary>The share of failed attempts at which the circuit opens, above 0 to 1. Default: 0.5.</summary>
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>How many attempts within <see cref="SamplingDuration"/> it takes to judge, 2 or more. Default: 20.</summary>
    public int MinimumThroughput { get; set; } = 20;

    /// <summary>The time over which attempts are counted, 500 milliseconds to 24 hours. Default: 30 seconds.</summary>
    public TimeSpan SamplingDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the circuit stays open before one attempt is let through, 500 milliseconds to 24 hours. Default: 15 seconds.</summary>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(15);
}
