using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Admissions;

/// <summary>What one granted request took of one limit, and when: a line of the log that <see cref="AdmissionChecker"/> judges.</summary>
/// <remarks>
/// Times are bounds, since nobody outside knows the moment of a decision: it lies between those at which the call began and ended. Orders are
/// of one counter that all callers share; each is drawn inside the bounds of time (after the clock was read at the beginning, before it is read at
/// the end).
/// </remarks>
public sealed record Admission
{
    /// <summary>Whose limit.</summary>
    public required string Key { get; init; }

    /// <summary>The rule.</summary>
    public required RateLimitRule Rule { get; init; }

    /// <summary>What was charged, as reserved, or held as leases.</summary>
    public required long Amount { get; init; }

    /// <summary>The backend's clock, as one that passes evenly, before the call.</summary>
    public required TimeSpan Began { get; init; }

    /// <summary>The same clock after the call.</summary>
    public required TimeSpan Ended { get; init; }

    /// <summary>The backend's wall clock before the call.</summary>
    public required DateTimeOffset UtcBegan { get; init; }

    /// <summary>The backend's wall clock after the call.</summary>
    public required DateTimeOffset UtcEnded { get; init; }

    /// <summary>The place of the call's beginning among all beginnings and ends.</summary>
    public required long OrderBegan { get; init; }

    /// <summary>The place of the call's end.</summary>
    public required long OrderEnded { get; init; }

    /// <summary>How much of <see cref="Amount"/> a settlement gave back. 0 if it gave nothing.</summary>
    public long GivenBack { get; set; }

    /// <summary>The place at which the call that gave it back, or ended the leases, began. The greatest number if there was none.</summary>
    public long EndingBegan { get; set; } = long.MaxValue;

    /// <summary>For leases: until when they last at least, by the clock of <see cref="Began"/>, unless they are given back.</summary>
    public TimeSpan HeldUntil { get; set; }
}
