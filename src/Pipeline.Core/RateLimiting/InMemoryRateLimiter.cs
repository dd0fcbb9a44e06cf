namespace Pipeline.RateLimiting;

/// <summary>
/// Rate limits in the process's memory: the whole contract of <see cref="IRateLimiter"/> for a single process, with nothing to install. What it
/// counts ends with the process.
/// </summary>
/// <remarks>
/// <para>Thread safe. Every call completes at once, on the caller's thread. A decision about one prebuilt dimension allocates nothing, be it granted
/// or denied, unless it comes with a reservation or is the first of its key.</para>
/// <para><b>Algorithms.</b> A token bucket is the generic cell rate algorithm (GCRA: ITU-T Recommendation I.371, and ATM Forum, Traffic Management
/// Specification 4.0) in exact fractions. A sliding window is a log of its charges, exact up to 32 of them; beyond that, charges within the same 65th of the window are
/// counted together from the last of them on. What a settlement gives back to a bucket is what the bucket would still lack without it: of a reservation that
/// the refill has paid off meanwhile, nothing.</para>
/// <para><b>Clocks.</b> Windows that slide, buckets and leases are measured on the monotonic clock
/// (<see cref="TimeProvider.GetTimestamp"/>), so setting the wall clock does not touch them. Fixed and calendar windows are those that the wall clock
/// shows. If it jumps forward, the window that it shows then begins; if it is set back, what was charged in a window that it shows again still counts
/// there, so no window ever grants more than its limit. The windows before the last three may then count as if each were as full as the fullest of
/// them: less may be granted than the rule allows, never more. A key is remembered so for as long as it is used, and after the end of its window for a
/// further window's length, at least a minute and at most an hour (if the wall clock was set back and does not reach that end, a day more).</para>
/// <para><b>Memory.</b> A key takes 100 to 300 bytes besides itself, and never more than 1 kB; an open reservation or lease a little more. Calls sweep
/// away what no longer matters, a few entries each, so there is neither a timer nor a thread, and nothing to dispose; the tables shrink with what they hold.
/// A reservation with an estimate can be ended for 1 hour, one of leases alone until they run out.</para>
/// </remarks>
public sealed class InMemoryRateLimiter : IRateLimiter
{
    private readonly LimiterClock _clock;
    private readonly LimiterTables _tables;

    /// <summary>Makes a limiter from which nothing was taken.</summary>
    /// <param name="timeProvider">The clock. <see langword="null"/> is <see cref="TimeProvider.System"/>.</param>
    public InMemoryRateLimiter(TimeProvider? timeProvider = null)
    {
        _clock = new LimiterClock(timeProvider ?? TimeProvider.System);
        _tables = new LimiterTables(_clock);
    }

    /// <summary>The number of states, and of open reservations. For tests.</summary>
    internal (long States, long Reservations) Counts => (_tables.States.Count, _tables.Reservations.Count);

    /// <inheritdoc/>
    public ValueTask<RateLimitDecision> AcquireAsync(RateLimitRequest request, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<RateLimitDecision>(cancellationToken)
            : Decide(request, takes: true);

    /// <inheritdoc/>
    public ValueTask<bool> SettleAsync(
        RateLimitReservation reservation, ReadOnlyMemory<long> actualCosts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        reservation.ThrowIfInvalid(actualCosts.Span);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<bool>(cancellationToken)
            : new(End(reservation, actualCosts.Span));
    }

    /// <inheritdoc/>
    public ValueTask<bool> ReleaseAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<bool>(cancellationToken)
            : new(End(reservation, []));
    }

    /// <inheritdoc/>
    public ValueTask<bool> RenewAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<bool>(cancellationToken)
            : new(ReservationBook.Renew(_tables, reservation, _clock.Now));
    }

    /// <inheritdoc/>
    public ValueTask<RateLimitDecision> PeekAsync(RateLimitRequest request, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<RateLimitDecision>(cancellationToken)
            : Decide(request, takes: false);

    /// <inheritdoc/>
    public ValueTask ResetAsync(string key, RateLimitRule rule, CancellationToken cancellationToken = default)
    {
        var dimension = new RateLimitDimension(key, rule);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        _tables.Forget(dimension);
        _tables.SweepIfDue(_clock.Now);
        return ValueTask.CompletedTask;
    }

    private ValueTask<RateLimitDecision> Decide(in RateLimitRequest request, bool takes)
    {
        var dimensions = request.Dimensions;
        if (dimensions.Length != 1)
        {
            RateLimitRequest.ThrowIfEmpty(request);
            return new(SeveralDimensions.Decide(_tables, request, takes, ReadClock(request)));
        }

        ref readonly var dimension = ref dimensions[0];
        if (dimension.Rule.Kind == RateLimitRuleKind.Unlimited)
        {
            return new(RateLimitDecision.Unlimited);
        }

        var moment = _clock.Read(LimiterState.NeedsWallClock(dimension.Rule));
        var standing = OneDimension.Decide(_tables, request, takes, moment, out var reservation);
        return new(standing.ToDecision(dimension.Rule, 0, reservation));
    }

    private bool End(RateLimitReservation reservation, ReadOnlySpan<long> actualCosts)
    {
        var moment = ReadClock(reservation.Request);
        var ended = ReservationBook.End(_tables, reservation, actualCosts, moment);
        _tables.SweepIfDue(moment.Now);
        return ended;
    }

    private LimiterMoment ReadClock(in RateLimitRequest request)
    {
        var needsWallClock = false;
        foreach (ref readonly var dimension in request.Dimensions)
        {
            needsWallClock |= LimiterState.NeedsWallClock(dimension.Rule);
        }

        return _clock.Read(needsWallClock);
    }
}
