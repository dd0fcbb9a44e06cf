using Pipeline.RateLimiting;

namespace Pipeline.Steps;

/// <summary>What the code asked the runner for, of one step, as far as the doctor looks at it.</summary>
/// <param name="IsCached">Whether answers are cached.</param>
/// <param name="HasVersion">Whether the step names its version.</param>
/// <param name="NamesModel">Whether the input says which model is asked.</param>
/// <param name="HasOwnPipeline">Whether a pipeline of the host's stands in place of time-outs, retries, circuit breaker and concurrency.</param>
/// <param name="UsesLearnings">Whether learnings are recalled for it or recorded of it.</param>
/// <param name="Rules">The rules of its limits that are its own.</param>
/// <param name="RuleNames">The names of the declared rules that limit it.</param>
internal sealed record StepTraits(
    bool IsCached,
    bool HasVersion,
    bool NamesModel,
    bool HasOwnPipeline,
    bool UsesLearnings,
    IReadOnlyList<RateLimitRule> Rules,
    IReadOnlyList<string> RuleNames);
