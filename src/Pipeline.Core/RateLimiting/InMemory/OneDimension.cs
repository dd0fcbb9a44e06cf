namespace Pipeline.RateLimiting;

/// <summary>Decides requests of one dimension with a limit: the short way.</summary>
internal static class OneDimension
{
    public static LimiterStanding Decide(
        LimiterTables tables, in RateLimitRequest request, bool takes, in LimiterMoment moment, out RateLimitReservation? reservation)
    {
        ref readonly var dimension = ref request.Dimensions[0];
        var mayNeedReservation = dimension.IsEstimate || dimension.Rule.Kind == RateLimitRuleKind.Concurrency;
        var needsReservation = takes && mayNeedReservation && request.NeedsReservation;
        var (standing, charge) = (default(LimiterStanding), default(ReservedCharge));
        var hash = LimiterState.HashOf(dimension);
        var shard = tables.States.ShardOf(hash);
        shard.Enter();
        try
        {
            var state = LimiterState.Find(shard, dimension.Key, dimension.Rule, hash);
            if (takes && dimension.Cost > 0)
            {
                state ??= tables.Add(shard, dimension, hash);
                standing = state.Take(dimension, moment);
                charge = needsReservation && standing.IsGranted ? state.LastCharge() : default;
            }
            else
            {
                standing = state is null ? LimiterStanding.Granted(dimension.Rule.Limit, 0) : state.Judge(dimension, moment);
            }
        }
        finally
        {
            shard.Exit();
        }

        reservation = needsReservation && standing.IsGranted ? ReservationBook.Open(tables, request, [charge], moment.Now) : null;
        tables.SweepIfDue(moment.Now);
        return standing;
    }
}
