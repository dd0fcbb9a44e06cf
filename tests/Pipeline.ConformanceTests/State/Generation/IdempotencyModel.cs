using Pipeline.State;

namespace Pipeline.Conformance.State.Generation;

/// <summary>What stands under a key.</summary>
/// <param name="Lease">Who began it last.</param>
/// <param name="LeaseUntil">Until when it holds it.</param>
/// <param name="GoneAt">When it is forgotten.</param>
/// <param name="Response">The answer, or <see langword="null"/> where it is not completed.</param>
internal sealed record IdempotencyModel(IdempotencyLease Lease, DateTimeOffset LeaseUntil, DateTimeOffset GoneAt, string? Response);
