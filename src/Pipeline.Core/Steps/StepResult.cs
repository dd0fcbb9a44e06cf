using System.Globalization;
using Pipeline.RateLimiting;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>What came out of a call, and what is known of it.</summary>
/// <typeparam name="TOut">What comes out.</typeparam>
/// <remarks>Immutable.</remarks>
public readonly record struct StepResult<TOut>
{
    private readonly IReadOnlyList<RateLimitDecision>? _rateLimits;

    /// <summary>Makes a result. For tests and for runners of one's own.</summary>
    /// <param name="value">What came out.</param>
    public StepResult(TOut value) => Value = value;

    internal StepResult(TOut value, StepContext context, TimeSpan duration)
    {
        Value = value;
        Duration = duration;
        Attempts = context.Attempt;
        Usage = context.Usage;
        Cost = context.Cost;
        CostAvoided = context.CostAvoided;
        Model = context.Model;
        CacheOutcome = context.CacheOutcome;
        _rateLimits = context.RateLimits;
    }

    /// <summary>What came out.</summary>
    public TOut Value { get; }

    /// <summary>How long the call took, with its waits and retries.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>
    /// How many attempts it took; 0 where a cache answered. Where a stale value answered since the step failed or was slow: those attempts.
    /// </summary>
    public int Attempts { get; init; }

    /// <summary>The tokens that the call used, in all its attempts, as far as the step reported them.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>The model that answered, or <see langword="null"/> where none took part or nobody named it.</summary>
    public string? Model { get; init; }

    /// <summary>What the call cost, in the currency of the price table; <see langword="null"/> where that is not known, 0 where a cache answered.</summary>
    public decimal? Cost { get; init; }

    /// <summary>What the call would have cost had no cache answered: what the run did that made the answer; 0 where that is not known.</summary>
    public decimal CostAvoided { get; init; }

    /// <summary>What the cache did for the call.</summary>
    public CacheOutcome CacheOutcome { get; init; }

    /// <summary>The decisions of the rate limits that the call went through; empty where there are none.</summary>
    public IReadOnlyList<RateLimitDecision> RateLimits
    {
        get => _rateLimits ?? [];
        init => _rateLimits = value;
    }

    /// <summary>Tells duration, attempts and what the cache did; never the value.</summary>
    /// <returns>The figures of the call.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Duration.TotalSeconds} s, {Attempts} attempts, cache: {CacheOutcome}");
}
