namespace Pipeline.RateLimiting;

/// <summary>How rate limits behave, and by which rules.</summary>
/// <remarks>Bound from <c>RateLimiting</c> of the suite's configuration section. Read once, when the limiter is made.</remarks>
public sealed class RateLimitingOptions
{
    /// <summary>
    /// How long a decision waits for the limiter's backend before the rules' fallbacks decide (<see cref="RateLimitFallback"/>), 1 millisecond
    /// to 10 seconds. While the backend is known to be away, one call at a time waits so long; the others do not wait. Default: 50 milliseconds.
    /// </summary>
    public TimeSpan OutageBudget { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Other limits for rules that are declared in code (<c>AddRateLimitRule</c>), by their names: <c>100/60</c> for 100 in any 60 seconds, or
    /// <c>off</c> (<see cref="RateLimitRule.Parse"/>). The rule becomes a sliding window, whatever it was, and keeps its name and what it says
    /// while the backend is away. Default: empty.
    /// </summary>
    public IDictionary<string, string> Rules { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
}
