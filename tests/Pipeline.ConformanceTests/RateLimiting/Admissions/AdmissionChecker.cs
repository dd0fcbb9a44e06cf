using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Admissions;

/// <summary>Judges whether what was granted ever exceeded a rule.</summary>
/// <remarks>
/// It knows nothing of the limiter and believes only the log. Numbers are exact. Where the log leaves open when something happened, only what
/// is certain counts: a problem is a broken promise.
/// </remarks>
public static class AdmissionChecker
{
    /// <summary>Finds every state of which more was granted than its rule allows.</summary>
    /// <param name="admissions">What was granted, by all processes, in any order.</param>
    /// <returns>A sentence for each state; empty when all is well.</returns>
    public static IReadOnlyList<string> Check(IEnumerable<Admission> admissions)
    {
        ArgumentNullException.ThrowIfNull(admissions);
        return
        [
            .. admissions.Where(one => one.Amount > 0 && one.Rule.Kind != RateLimitRuleKind.Unlimited)
                .GroupBy(one => (one.Key, one.Rule.StateId))
                .Select(state => Judge([.. state.OrderBy(one => one.OrderEnded)]))
                .OfType<string>(),
        ];
    }

    private static string? Judge(IReadOnlyList<Admission> state) => state[0].Rule.Kind switch
    {
        RateLimitRuleKind.SlidingWindow or RateLimitRuleKind.TokenBucket => JudgeIntervals(state),
        RateLimitRuleKind.Concurrency => JudgeHeld(state),
        _ => JudgeWindows(state),
    };

    /// <summary>Looks at every interval that begins with a grant and ends with a grant.</summary>
    private static string? JudgeIntervals(IReadOnlyList<Admission> state)
    {
        var changes = Changes(state);
        foreach (var first in state)
        {
            var (sum, end) = ((Int128)0, first.Began);
            foreach (var (one, amount) in changes.Where(change => change.One.Began >= first.Began))
            {
                sum += amount;
                end = one.Ended > end && amount > 0 ? one.Ended : end;
                var length = end - first.Began;
                if (one.Rule.Kind == RateLimitRuleKind.SlidingWindow && length >= one.Rule.Window)
                {
                    break;
                }

                if (amount > 0 && Exceeds(sum, one.Rule, length))
                {
                    return $"{sum} were granted of '{one.Rule}' within {length}, from {first.Began} on ({one.Key}).";
                }
            }
        }

        return null;
    }

    private static bool Exceeds(Int128 sum, RateLimitRule rule, TimeSpan length) => rule.Kind == RateLimitRuleKind.SlidingWindow
        ? sum > rule.Limit
        : (sum - rule.Limit) * rule.Window.Ticks > (Int128)rule.RefillAmount * length.Ticks;

    /// <summary>Looks at every window that the wall clock showed; a grant at a border counts in neither.</summary>
    private static string? JudgeWindows(IReadOnlyList<Admission> state)
    {
        var windows = state.Where(one => one.Rule.GetWindowAt(one.UtcBegan) == one.Rule.GetWindowAt(one.UtcEnded))
            .GroupBy(one => one.Rule.GetWindowAt(one.UtcBegan).Start);
        foreach (var window in windows)
        {
            Int128 sum = 0;
            foreach (var (one, amount) in Changes([.. window]))
            {
                sum += amount;
                if (amount > 0 && sum > one.Rule.Limit)
                {
                    return $"{sum} were granted of '{one.Rule}' in the window of {window.Key:u} ({one.Key}).";
                }
            }
        }

        return null;
    }

    /// <summary>Looks at the moment after each grant, and at the leases that were certainly held then.</summary>
    private static string? JudgeHeld(IReadOnlyList<Admission> state)
    {
        for (var last = 0; last < state.Count; last++)
        {
            var now = state[last];
            var held = state.Take(last + 1).Where(one => one.EndingBegan > now.OrderEnded && one.HeldUntil > now.Ended)
                .Aggregate((Int128)0, (sum, one) => sum + one.Amount);
            if (held > now.Rule.Limit)
            {
                return $"{held} leases of '{now.Rule}' were held at {now.Ended} ({now.Key}).";
            }
        }

        return null;
    }

    /// <summary>The charges, and what was given back of them, in the order in which they count for certain.</summary>
    private static IReadOnlyList<(Admission One, Int128 Amount)> Changes(IReadOnlyList<Admission> state) =>
    [
        .. state.Select(one => (Order: one.OrderEnded, One: one, Amount: (Int128)one.Amount))
            .Concat(state.Where(one => one.GivenBack > 0).Select(one => (Order: one.EndingBegan, One: one, Amount: -(Int128)one.GivenBack)))
            .OrderBy(change => change.Order)
            .Select(change => (change.One, change.Amount)),
    ];
}
