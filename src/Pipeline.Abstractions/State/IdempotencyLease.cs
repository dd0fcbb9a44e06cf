namespace Pipeline.State;

/// <summary>That a caller has begun the work under a key: what it shows to renew, complete or release.</summary>
/// <remarks>Immutable, hence thread safe. Made by the store.</remarks>
/// <param name="Request">What was begun.</param>
/// <param name="Token">
/// The fencing token. Each lease of a key has a greater one than all before it, so what the work writes elsewhere can be guarded by it, too.
/// </param>
/// <param name="Owner">Tells this lease from every other.</param>
public sealed record IdempotencyLease(IdempotencyRequest Request, long Token, Guid Owner);
