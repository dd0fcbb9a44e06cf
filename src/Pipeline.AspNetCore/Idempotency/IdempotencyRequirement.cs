namespace Pipeline.Idempotency;

/// <summary>That an endpoint heeds idempotency keys. Metadata of endpoints.</summary>
/// <param name="IsRequired">Whether a request without a key is refused.</param>
/// <param name="TimeToLive">How long an answer is kept; <see langword="null"/> for the setting.</param>
internal sealed record IdempotencyRequirement(bool IsRequired, TimeSpan? TimeToLive);
