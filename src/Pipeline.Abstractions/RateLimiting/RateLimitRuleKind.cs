namespace Pipeline.RateLimiting;

/// <summary>How a rule counts. <see cref="RateLimitRule"/> says what each kind promises.</summary>
public enum RateLimitRuleKind
{
    /// <summary>Grants everything and keeps no state.</summary>
    Unlimited = 0,

    /// <summary>At most the limit in any interval of the window's length.</summary>
    SlidingWindow = 1,

    /// <summary>A bucket that holds at most the limit and is refilled at a steady rate (GCRA).</summary>
    TokenBucket = 2,

    /// <summary>At most the limit in each window; the windows follow one another without overlap.</summary>
    FixedWindow = 3,

    /// <summary>At most the limit in each calendar day, UTC.</summary>
    CalendarDay = 4,

    /// <summary>At most the limit in each calendar month, UTC.</summary>
    CalendarMonth = 5,

    /// <summary>At most the limit at the same time, held as leases.</summary>
    Concurrency = 6,
}
