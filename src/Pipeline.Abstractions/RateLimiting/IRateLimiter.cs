using Pipeline.Backends;

namespace Pipeline.RateLimiting;

/// <summary>Decides, atomically and for a whole fleet, whether a call may go on under all the limits that apply to it.</summary>
/// <remarks>
/// <para><b>Every method.</b> Implementations are thread safe. A key is 1 to 512 bytes of UTF-8 without control characters
/// (<see cref="StoredName"/>), compared ordinally. State is kept per key and <see cref="RateLimitRule.StateId"/>. Time is the backend's.
/// Each call is one round trip to the server, whatever the number of dimensions; where a backend is partitioned, one for each partition
/// that holds any of the keys. A call that is cancelled after it was sent is wholly done or not done at all. What awaits a call never runs on a thread that
/// a client library needs for its replies.</para>
/// <para><b>Bounds.</b> A state takes at most 1 kB whatever its limit, an open reservation or lease one record more, and both vanish when
/// they no longer matter: a state when it is as good as new, a reservation when it is ended or can no longer be
/// (<see cref="RateLimitReservation.MinSettlementTime"/>). All arithmetic is in whole numbers, without overflow for costs of any size
/// (<see cref="RateLimitRule.MaxCharge"/>).</para>
/// <para><b>Outages.</b> An implementation throws <see cref="BackendUnavailableException"/> when its backend does not answer within its
/// deadline, and need not know of <see cref="RateLimitRule.OnUnavailable"/>. The limiter that the service provider hands out has that built
/// around it: its <see cref="AcquireAsync"/> and <see cref="PeekAsync"/> do not throw, but answer as the rules' fallbacks say
/// (<see cref="RateLimitFallback"/>), within a budget of 50 milliseconds unless configured otherwise.</para>
/// </remarks>
public interface IRateLimiter : ICapabilityProvider
{
    /// <summary>Takes the costs of all dimensions of a request, or none.</summary>
    /// <param name="request">The dimensions with their costs.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>
    /// Whether the request was granted, with the figures of the rule that decided and, if <see cref="RateLimitRequest.NeedsReservation"/>,
    /// what it holds. A denial costs nothing. Does not wait for a limit to recover.
    /// </returns>
    /// <remarks>
    /// A call whose answer was lost may have charged, so that a repeat charges again: on the strict side. A lease taken so runs out.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="request"/> is a default value.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask<RateLimitDecision> AcquireAsync(RateLimitRequest request, CancellationToken cancellationToken = default);

    /// <summary>Ends a reservation whose true costs are known: corrects its estimates and gives its leases back.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="actualCosts">
    /// The true cost of each dimension of the request, in its order, at least 0. Where it is not known, give what was reserved. The entry
    /// of a dimension without an estimate is not looked at: a fixed cost stands.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>
    /// <see langword="true"/> if this call ended the reservation. <see langword="false"/>, without any effect, if it was ended before or
    /// can no longer be settled.
    /// </returns>
    /// <remarks>
    /// <para>What was reserved too much is given back where it was charged: a window that has passed since gets nothing, and a bucket at
    /// most what it lacks only because of that charge, since what its refill has replaced would be had twice. At the least it gets what the
    /// refill has not replaced yet, the oldest charges first. What was reserved too little is charged now, even beyond the limit. Such debt
    /// counts as every charge does: a window is rid of it when the window has passed, a bucket pays it off by its refill.</para>
    /// <para>Idempotent: of several calls, also of <see cref="ReleaseAsync"/>, the first counts, so a call whose answer was lost can be
    /// repeated. A reservation with an estimate can be ended for at least <see cref="RateLimitReservation.MinSettlementTime"/>, one of leases
    /// alone until they have run out.</para>
    /// </remarks>
    /// <exception cref="ArgumentException">There are more or fewer costs than dimensions, or one is negative.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The reservation may have been ended.</exception>
    ValueTask<bool> SettleAsync(RateLimitReservation reservation, ReadOnlyMemory<long> actualCosts, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends a reservation whose true costs are unknown, or of leases alone: gives its leases back and leaves its charges as they were
    /// reserved.
    /// </summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>
    /// <see langword="true"/> if this call ended the reservation; <see langword="false"/>, without any effect, if it was ended before or
    /// has run out.
    /// </returns>
    /// <remarks>Idempotent, as <see cref="SettleAsync"/>.</remarks>
    /// <exception cref="BackendUnavailableException">The backend did not answer. Leases run out by themselves.</exception>
    ValueTask<bool> ReleaseAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default);

    /// <summary>Extends all leases of a reservation: each lasts for its rule's <see cref="RateLimitRule.Window"/> from now.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>
    /// <see langword="true"/> if all leases were still held, and now last longer, or the reservation has none. <see langword="false"/> if
    /// one had run out or was given back: none was extended.
    /// </returns>
    /// <remarks>Call it well before a lease runs out, for instance at a third of its duration.</remarks>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The leases may have been extended.</exception>
    ValueTask<bool> RenewAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default);

    /// <summary>Says what <see cref="AcquireAsync"/> would answer now, and takes nothing.</summary>
    /// <param name="request">The dimensions with their costs. A cost of 0 asks only for the figures.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The decision, without a reservation. <see cref="RateLimitDecision.Remaining"/> is what remains now: nothing was taken.</returns>
    /// <exception cref="ArgumentException"><paramref name="request"/> is a default value.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask<RateLimitDecision> PeekAsync(RateLimitRequest request, CancellationToken cancellationToken = default);

    /// <summary>Forgets all charges, debts and leases under a key for one rule: the whole limit is available again.</summary>
    /// <param name="key">The key.</param>
    /// <param name="rule">The rule. All rules with its <see cref="RateLimitRule.StateId"/> begin anew.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the state is forgotten.</returns>
    /// <remarks>
    /// A reservation from before gives nothing back to the new state: one with an estimate can end, but it cannot make the limit greater. Debt
    /// that it settles later is charged. A lease from before cannot be extended.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="key"/> cannot be stored.</exception>
    /// <exception cref="BackendUnavailableException">
    /// The backend did not answer. The state may have been forgotten; the call may be repeated.
    /// </exception>
    ValueTask ResetAsync(string key, RateLimitRule rule, CancellationToken cancellationToken = default);
}
