using static System.FormattableString;

namespace Pipeline.RateLimiting;

/// <summary>A rate limit denied the call, before it cost anything. It may be tried again after <see cref="RetryAfter"/>.</summary>
/// <remarks>The message names the rule, never the key. Over HTTP this becomes 429 Too Many Requests (RFC 6585) with a <c>Retry-After</c>.</remarks>
public sealed class RateLimitRejectedException : Exception
{
    /// <summary>Makes the exception for a denied request.</summary>
    /// <param name="decision">The denial.</param>
    /// <exception cref="ArgumentException"><paramref name="decision"/> is a grant.</exception>
    public RateLimitRejectedException(RateLimitDecision decision)
        : base(Describe(decision)) => Decision = decision;

    /// <summary>The denial with all its figures.</summary>
    public RateLimitDecision Decision { get; }

    /// <summary>The name of the rule that denied the call.</summary>
    public string RuleName => Decision.Rule.Name;

    /// <summary>The rule's limit.</summary>
    public long Limit => Decision.Limit;

    /// <summary>How much remains of the limit: less than the call asked for.</summary>
    public long Remaining => Decision.Remaining;

    /// <summary>How long to wait before trying again.</summary>
    public TimeSpan RetryAfter => Decision.RetryAfter;

    private static string Describe(in RateLimitDecision decision)
    {
        if (decision.IsGranted)
        {
            throw new ArgumentException("The decision is a grant. Give a denial.", nameof(decision));
        }

        var seconds = (decision.RetryAfter.Ticks / TimeSpan.TicksPerSecond) + (decision.RetryAfter.Ticks % TimeSpan.TicksPerSecond == 0 ? 0 : 1);
        return decision.IsDegraded
            ? Invariant($"The rate limit '{decision.Rule.Name}' denied the call, since its backend cannot be reached. Try again in {seconds} s.")
            : Invariant($"The rate limit '{decision.Rule.Name}' denied the call. Try again in {seconds} s.");
    }
}
