namespace Pipeline.Steps;

/// <summary>How often and when a failed attempt of a step is repeated: exponential back-off from <see cref="Delay"/> to <see cref="MaxDelay"/>.</summary>
/// <remarks>
/// Never repeated, whatever the options: what the caller cancelled, what a rate limit or the runner refused, what is
/// unprocessable, and what an open circuit stops.
/// </remarks>
public sealed record StepRetryOptions
{
    /// <summary>How often a failed attempt is repeated, 1 to 100. Default: 3, so four attempts in all.</summary>
    public int MaxRetryAttempts { get; set; } = 3;

    /// <summary>The delay before the first repetition, zero to 1 hour; each further one is twice as long. Default: 500 milliseconds.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest delay, from <see cref="Delay"/> to 1 hour. Default: 30 seconds.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether delays are spread at random, so that callers who failed together do not come back together. Default: <see langword="true"/>.</summary>
    public bool UseJitter { get; set; } = true;
}
