namespace Pipeline.RateLimiting;

/// <summary>The short way, for requests of one dimension with a limit that need no reservation. <see cref="AllOrNone"/> decides any request.</summary>
internal static class OneDimension
{
    public static LimiterStanding Decide(LimiterTables tables, in RateLimitDimension dimension, bool takes, in LimiterMoment moment)
    {
        var hash = LimiterState.HashOf(dimension);
        var shard = tables.States.ShardOf(hash);
        shard.Enter();
        try
        {
            var state = LimiterState.Find(shard, dimension.Key, dimension.Rule, hash);
            if (takes && dimension.Cost > 0)
            {
                state ??= tables.Add(shard, dimension, hash);
                return state.Take(dimension, moment);
            }

            return state?.Judge(dimension, moment) ?? LimiterStanding.Granted(dimension.Rule.Limit, 0);
        }
        finally
        {
            shard.Exit();
        }
    }
}
