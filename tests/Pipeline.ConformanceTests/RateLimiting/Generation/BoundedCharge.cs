using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Generation;

/// <summary>A charge or lease in both bounds of its state.</summary>
internal sealed record BoundedCharge(BoundedState State, RateLimitRule Rule, ModelCharge Generous, ModelCharge Strict);
