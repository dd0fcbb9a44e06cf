using System.Runtime.CompilerServices;

namespace Pipeline.RateLimiting;

/// <summary>Decides requests of several dimensions, all of them or none, under the locks of all their states.</summary>
internal static class SeveralDimensions
{
    public static RateLimitDecision Decide(LimiterTables tables, in RateLimitRequest request, bool takes, in LimiterMoment moment)
    {
        var dimensions = request.Dimensions;
        Hashes hashes = default;
        ShardSet shards = default;
        StateSet states = default;
        for (var i = 0; i < dimensions.Length; i++)
        {
            if (dimensions[i].Rule.Kind != RateLimitRuleKind.Unlimited)
            {
                hashes[i] = LimiterState.HashOf(dimensions[i]);
                shards.Add(tables.States.IndexOf(hashes[i]));
            }
        }

        var charges = takes && request.NeedsReservation ? new ReservedCharge[dimensions.Length] : null;
        var (answer, at) = (default(RateLimitStanding), -1);
        shards.Enter(tables.States);
        try
        {
            (answer, at) = Judge(tables, dimensions, hashes, moment, ref states);
            if (takes && answer.IsGranted)
            {
                (answer, at) = Take(tables, dimensions, hashes, moment, ref states, charges);
            }
        }
        finally
        {
            states.Exit();
            shards.Exit(tables.States);
        }

        var reservation = charges is not null && answer.IsGranted ? ReservationBook.Open(tables, request, charges, moment.Now) : null;
        tables.SweepIfDue(moment.Now);
        return at < 0 ? RateLimitDecision.Unlimited : answer.ToDecision(dimensions[at].Rule, at, reservation);
    }

    private static (RateLimitStanding Answer, int At) Judge(
        LimiterTables tables, ReadOnlySpan<RateLimitDimension> dimensions, in Hashes hashes, in LimiterMoment moment, ref StateSet states)
    {
        var (answer, at) = (RateLimitStanding.Granted(long.MaxValue, 0), -1);
        for (var i = 0; i < dimensions.Length; i++)
        {
            ref readonly var dimension = ref dimensions[i];
            if (dimension.Rule.Kind == RateLimitRuleKind.Unlimited)
            {
                continue;
            }

            states[i] = LimiterTables.Find(tables.States.ShardOf(hashes[i]), dimension, hashes[i]);
            var standing = states[i]?.Judge(dimension, moment) ?? RateLimitStanding.Untouched(dimension.Rule);
            if (at < 0 || standing.Decides(dimension.Rule, answer, dimensions[at].Rule))
            {
                (answer, at) = (standing, i);
            }
        }

        return (answer, at);
    }

    private static (RateLimitStanding Answer, int At) Take(
        LimiterTables tables,
        ReadOnlySpan<RateLimitDimension> dimensions,
        in Hashes hashes,
        in LimiterMoment moment,
        ref StateSet states,
        ReservedCharge[]? charges)
    {
        var (answer, at) = (RateLimitStanding.Granted(long.MaxValue, 0), -1);
        for (var i = 0; i < dimensions.Length; i++)
        {
            ref readonly var dimension = ref dimensions[i];
            if (dimension.Rule.Kind == RateLimitRuleKind.Unlimited)
            {
                continue;
            }

            var state = states[i] ??= dimension.Cost > 0 ? tables.Add(tables.States.ShardOf(hashes[i]), dimension, hashes[i]) : null;
            var standing = state?.Take(dimension, moment) ?? RateLimitStanding.Untouched(dimension.Rule);
            if (charges is not null && dimension.Cost > 0)
            {
                charges[i] = state!.LastCharge();
            }

            if (at < 0 || standing.Decides(dimension.Rule, answer, dimensions[at].Rule))
            {
                (answer, at) = (standing, i);
            }
        }

        return (answer, at);
    }

    [InlineArray(RateLimitRequest.MaxDimensions)]
    private struct Hashes
    {
        private int _first;
    }
}
