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
    /// How many permits of a hot key this process takes from the backend at a time, to hand them out by itself: 2 to 100,000, or 1 to ask the backend each time.
    /// A key is hot while this process asks for it at least 16 times a second. Default: 1.
    /// </summary>
    /// <remarks>
    /// <para>Only for requests of one dimension at a fixed cost from 1 to this size, under a fixed window, a day or a month whose limit is at least 100 times this size. All
    /// others ask the backend as ever; so do all under the limiter in memory, which would gain nothing.</para>
    /// <para>No window admits more than its limit. The price: up to so many permits of a hot key lie in each process, where other processes, and requests that no
    /// block serves, do not find them. What is left goes back when the process has not asked for a second, when the block is 10 seconds old, and at disposal, each
    /// within half a second; if the process dies, the window ends without it. <see cref="RateLimitDecision.Remaining"/> is what this process knows of, up to 10 seconds old.
    /// After <see cref="IRateLimiter.ResetAsync"/> other processes hand out the blocks that they hold, for up to 10 seconds, in addition to the new limit.</para>
    /// </remarks>
    public int BlockSize { get; set; } = 1;

    /// <summary>
    /// Other limits for rules that are declared in code (<c>AddRateLimitRule</c>), by their names: <c>100/60</c> for 100 in any 60 seconds, or
    /// <c>off</c> (<see cref="RateLimitRule.Parse"/>). The rule becomes a sliding window, whatever it was, and keeps its name and what it says
    /// while the backend is away. Default: empty.
    /// </summary>
    public IDictionary<string, string> Rules { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
}
