namespace Pipeline.RateLimiting;

/// <summary>Permits of one window that are charged already, and that this process hands out by itself.</summary>
/// <remarks>
/// <para>Thread safe. What is handed out and what is left at the end come off the same number, so no permit is both.</para>
/// <para><b>Its end.</b> A permit counts in the window in which it was charged, so none may be handed out after that window. The lease was sent before the server
/// looked at its clock, so a duration that the server told ends, counted from then, too early rather than too late.</para>
/// </remarks>
internal sealed class PermitBlock
{
    /// <summary>So long others wait at most for what this process does not use.</summary>
    private static readonly TimeSpan MostAge = TimeSpan.FromSeconds(10);

    /// <summary>Without a call for so long, a state is no longer hot.</summary>
    private static readonly TimeSpan MostIdleTime = TimeSpan.FromSeconds(1);

    /// <summary>So much of a duration two clocks can differ by: each is slewed by 500 ppm at most.</summary>
    private const double MostDrift = 0.001;

    /// <summary>More than what the duration was rounded up by.</summary>
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(1);

    private readonly TimeProvider _time;
    private readonly TimeSpan _resetAfter;
    private readonly long _received;
    private readonly long _end;
    private readonly long _size;
    private readonly long _remaining;
    private long _rest;
    private long _lastTaken;

    /// <param name="lease">The answer that granted the block, with its reservation.</param>
    /// <param name="sent">When it was asked for.</param>
    /// <param name="time">The clock.</param>
    public PermitBlock(in RateLimitDecision lease, long sent, TimeProvider time)
    {
        Reservation = lease.Reservation!;
        _size = _rest = Reservation.Request.Dimensions[0].Cost;
        _remaining = lease.Remaining;
        _resetAfter = lease.ResetAfter;
        _time = time;
        _received = _lastTaken = time.GetTimestamp();
        var untilBorder = (UntilBorder(lease) * (1 - MostDrift)) - Rounding;
        var life = untilBorder < MostAge ? untilBorder : MostAge;
        _end = lease.IsDegraded ? sent : sent + (long)(life.TotalSeconds * time.TimestampFrequency);
    }

    public RateLimitReservation Reservation { get; }

    /// <summary>Whether there is something to give back.</summary>
    public bool HasRest => Volatile.Read(ref _rest) > 0;

    /// <summary>Whether nothing can be handed out any more, or it has not been asked for a while.</summary>
    /// <param name="now">The timestamp.</param>
    public bool IsOver(long now) => now >= _end || _time.GetElapsedTime(Volatile.Read(ref _lastTaken), now) >= MostIdleTime;

    /// <summary>How much it can hand out.</summary>
    /// <param name="now">The timestamp.</param>
    public long RestAt(long now) => now < _end ? Volatile.Read(ref _rest) : 0;

    /// <summary>Hands permits out.</summary>
    /// <param name="dimension">What is asked for: at least 1.</param>
    /// <param name="now">A timestamp from after the call began.</param>
    /// <param name="decision">The grant.</param>
    /// <returns>Whether there were so many.</returns>
    public bool TryTake(in RateLimitDimension dimension, long now, out RateLimitDecision decision)
    {
        var rest = RestAt(now);
        while (rest >= dimension.Cost)
        {
            var seen = Interlocked.CompareExchange(ref _rest, rest - dimension.Cost, rest);
            if (seen == rest)
            {
                Volatile.Write(ref _lastTaken, now);
                var left = _resetAfter - _time.GetElapsedTime(_received, now);
                decision = RateLimitDecision.Granted(dimension.Rule, 0, _remaining + rest - dimension.Cost, left > TimeSpan.Zero ? left : TimeSpan.Zero);
                return true;
            }

            rest = seen;
        }

        decision = default;
        return false;
    }

    /// <summary>Ends the block: nothing is handed out after this.</summary>
    /// <returns>How much was.</returns>
    public long Close() => _size - Interlocked.Exchange(ref _rest, 0);

    /// <summary>
    /// How long until the present window can end. The answer says when the whole limit is there again, which after the server's clock was set back can be some windows
    /// on. All of them end at multiples of the window, and days and months at midnight: the next of these is certain, and soon enough for a block.
    /// </summary>
    private static TimeSpan UntilBorder(in RateLimitDecision lease)
    {
        var unit = lease.Rule.Kind == RateLimitRuleKind.FixedWindow ? lease.Rule.Window.Ticks : TimeSpan.TicksPerDay;
        return TimeSpan.FromTicks(((lease.ResetAfter.Ticks - 1) % unit) + 1);
    }
}
