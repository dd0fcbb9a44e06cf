using Pipeline.RateLimiting;

namespace Pipeline.Steps;

/// <summary>A limit that a step asks for.</summary>
internal sealed class StepLimit<TIn>
{
    /// <summary>The rule; <see langword="null"/> where it is given by its name.</summary>
    public RateLimitRule? Rule { get; init; }

    /// <summary>The name of a declared rule, which steps share; <see langword="null"/> where the rule is the step's own.</summary>
    public string? RuleName { get; init; }

    /// <summary>Whose budget it is, unless <see cref="Key"/> says so.</summary>
    public Partition Partition { get; init; }

    /// <summary>Finds in the input whose budget it is.</summary>
    public Func<TIn, string>? Key { get; init; }

    /// <summary>What a call costs, unless it is estimated.</summary>
    public long Cost { get; init; }

    /// <summary>Estimates the tokens that a call uses.</summary>
    public Func<TIn, long>? Estimate { get; init; }
}
