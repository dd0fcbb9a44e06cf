namespace Pipeline.State;

/// <summary>Whether the caller is to do the work, and what it needs for it or gets instead.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed record IdempotencyStart
{
    private IdempotencyStart(IdempotencyStatus status) => Status = status;

    /// <summary>That the key was used for another request.</summary>
    public static IdempotencyStart Conflict { get; } = new(IdempotencyStatus.Conflict);

    /// <summary>Whether the caller is to do the work.</summary>
    public IdempotencyStatus Status { get; }

    /// <summary>The caller's lease; <see langword="null"/> unless it has begun.</summary>
    public IdempotencyLease? Lease { get; private init; }

    /// <summary>The answer; empty unless the work was done before.</summary>
    public ReadOnlyMemory<byte> Response { get; private init; }

    /// <summary>
    /// Where another has begun: when its lease runs out, should it not renew or complete before. Above zero; zero in every other case.
    /// </summary>
    public TimeSpan RetryAfter { get; private init; }

    /// <summary>The caller has begun.</summary>
    /// <param name="lease">Its lease.</param>
    /// <returns>The answer to <see cref="IIdempotencyStore.BeginAsync"/>.</returns>
    public static IdempotencyStart Started(IdempotencyLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return new(IdempotencyStatus.Started) { Lease = lease };
    }

    /// <summary>Another has begun.</summary>
    /// <param name="retryAfter">When its lease runs out, above zero.</param>
    /// <returns>The answer to <see cref="IIdempotencyStore.BeginAsync"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="retryAfter"/> is zero or less.</exception>
    public static IdempotencyStart InProgress(TimeSpan retryAfter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(retryAfter, TimeSpan.Zero);
        return new(IdempotencyStatus.InProgress) { RetryAfter = retryAfter };
    }

    /// <summary>It was done before.</summary>
    /// <param name="response">The answer.</param>
    /// <returns>The answer to <see cref="IIdempotencyStore.BeginAsync"/>.</returns>
    public static IdempotencyStart Completed(ReadOnlyMemory<byte> response) => new(IdempotencyStatus.Completed) { Response = response };
}
