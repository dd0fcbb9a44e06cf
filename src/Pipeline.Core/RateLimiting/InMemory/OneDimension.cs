namespace Pipeline.RateLimiting;

/// <summary>Decides requests of one dimension with a limit: the short way.</summary>
internal static class OneDimension
{
    public static RateLimitStanding Decide(
        LimiterTables tables, in RateLimitRequest request, bool takes, in LimiterMoment moment, out RateLimitReservation? reservation)
    {
        ref readonly var dimension = ref request.Dimensions[0];
        var mayNeedReservation = dimension.IsEstimate || dimension.Rule.Kind == RateLimitRuleKind.Concurrency;
        var needsReservation = takes && mayNeedReservation && request.NeedsReservation;
        var (standing, charge) = (default(RateLimitStanding), default(ReservedCharge));
        var charges = takes && dimension.Cost > 0;
        var state = tables.Enter(dimension, LimiterState.HashOf(dimension), adds: charges);
        if (state is null)
        {
            standing = RateLimitStanding.Granted(dimension.Rule.Limit, 0);
        }
        else
        {
            try
            {
                standing = charges ? state.Take(dimension, moment) : state.Judge(dimension, moment);
                charge = needsReservation && standing.IsGranted ? state.LastCharge() : default;
            }
            finally
            {
                state.Exit();
            }
        }

        reservation = needsReservation && standing.IsGranted ? ReservationBook.Open(tables, request, [charge], moment.Now) : null;
        tables.SweepIfDue(moment.Now);
        return standing;
    }
}
