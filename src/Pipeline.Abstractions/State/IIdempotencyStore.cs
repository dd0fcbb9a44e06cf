using Pipeline.Backends;

namespace Pipeline.State;

/// <summary>
/// Lets what is asked for several times under one key take place once: the first caller does the work, the others get its answer. As the IETF draft
/// "The Idempotency-Key HTTP Header Field" has it.
/// </summary>
/// <remarks>
/// <para>
/// A key belongs to a tenant: equal keys of two tenants have nothing to do with each other. It comes with a fingerprint of the request, so that a key that is used
/// again for something else is found out.
/// </para>
/// <para>
/// Who begins holds a lease. A holder that dies loses it when it runs out, and another may begin. From then on the former holder can neither complete nor release:
/// each lease has a token, and only the last one counts. So the work may begin again after a crash, but there is never more than one answer.
/// </para>
/// <para>The clock of the backend decides about leases. Implementations are thread safe.</para>
/// </remarks>
public interface IIdempotencyStore
{
    /// <summary>The most bytes of an answer: 512 KiB.</summary>
    const int MaxResponseBytes = 512 * 1024;

    /// <summary>Asks whether to do the work.</summary>
    /// <param name="request">The key, the fingerprint, and how long to hold and to remember it.</param>
    /// <param name="cancellationToken">Gives up the call. It may then have begun: the lease runs out.</param>
    /// <returns>That the work was begun, with the lease; or why not.</returns>
    /// <exception cref="InvalidDataException">What stands under the key was written by a later version of the suite, or is damaged.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The work may have been begun: the lease runs out.</exception>
    /// <exception cref="StateContentionException">Others changed the key all the while. The call may be repeated.</exception>
    ValueTask<IdempotencyStart> BeginAsync(IdempotencyRequest request, CancellationToken cancellationToken = default);

    /// <summary>Makes a lease last its whole duration again.</summary>
    /// <param name="lease">The lease. One that ran out can be renewed as long as nobody else has begun.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>Whether the caller holds the key; <see langword="false"/> where another has begun, or the key was completed, released or forgotten.</returns>
    /// <exception cref="InvalidDataException">What stands under the key was written by a later version of the suite, or is damaged.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The call may be repeated.</exception>
    /// <exception cref="StateContentionException">Others changed the key all the while. The call may be repeated.</exception>
    ValueTask<bool> RenewAsync(IdempotencyLease lease, CancellationToken cancellationToken = default);

    /// <summary>Stores the answer, which ends the lease.</summary>
    /// <param name="lease">The lease. One that ran out will do as long as nobody else has begun: the work is done, and its answer is the one to keep.</param>
    /// <param name="response">The answer, at most <see cref="MaxResponseBytes"/>. It is not read after the call has completed.</param>
    /// <param name="timeToLive">How long the answer is kept, from now; <see langword="null"/> as long as the request said.</param>
    /// <param name="cancellationToken">Gives up the call; the answer is then stored or is not.</param>
    /// <returns>
    /// Whether the answer of this lease is stored, by this call or an earlier one; <see langword="false"/> where another has begun, or the key was released or
    /// forgotten.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="response"/> is too long.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeToLive"/> is not 1 millisecond to 3,650 days.</exception>
    /// <exception cref="InvalidDataException">What stands under the key was written by a later version of the suite, or is damaged.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The call may be repeated.</exception>
    /// <exception cref="StateContentionException">Others changed the key all the while. The call may be repeated.</exception>
    ValueTask<bool> CompleteAsync(
        IdempotencyLease lease, ReadOnlyMemory<byte> response, TimeSpan? timeToLive = null, CancellationToken cancellationToken = default);

    /// <summary>Gives a key back, because the work had no effect: the next caller may begin at once, with any fingerprint.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>Whether the call gave the key back; <see langword="false"/> where it was no longer the caller's.</returns>
    /// <exception cref="InvalidDataException">What stands under the key was written by a later version of the suite, or is damaged.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The call may be repeated.</exception>
    /// <exception cref="StateContentionException">Others changed the key all the while. The call may be repeated.</exception>
    ValueTask<bool> ReleaseAsync(IdempotencyLease lease, CancellationToken cancellationToken = default);
}
