using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.RateLimiting;

internal sealed partial class RedisRateLimiter
{
    /// <summary>Ends a reservation. Of several slots each has its own part of it, which the first call that comes there ends.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="actualCosts">The true costs, or nothing where they are not known.</param>
    /// <param name="operation">What errors call it.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    private async ValueTask<bool> EndAsync(
        RateLimitReservation reservation, ReadOnlyMemory<long> actualCosts, string operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var all = LimiterGroup.Of(reservation.Request);
        if (await SplitIfClusterAsync(all, operation, cancellationToken).ConfigureAwait(false) is not { } groups)
        {
            return await EndGroupAsync(all, reservation.Id, actualCosts, operation, cancellationToken).ConfigureAwait(false);
        }

        var isEnded = false;
        foreach (var group in groups)
        {
            isEnded |= await EndGroupAsync(group, reservation.Id, actualCosts, operation, cancellationToken).ConfigureAwait(false);
        }

        return isEnded;
    }

    private ValueTask<bool> EndGroupAsync(
        LimiterGroup group, Guid id, ReadOnlyMemory<long> actualCosts, string operation, CancellationToken cancellationToken)
    {
        var (keys, arguments) = (new List<RedisKey>(group.Count + 1), new List<RedisValue>(group.Count + 2));
        arguments.Add(Modes.End);
        arguments.Add(id.ToByteArray());
        for (var place = 0; place < group.Request.Count; place++)
        {
            if (!group.Has(place))
            {
                continue;
            }

            ref readonly var dimension = ref group.Request.Dimensions[place];
            var rule = RuleOf(dimension.Rule);
            var excess = dimension.IsEstimate && !actualCosts.IsEmpty ? Math.Min(actualCosts.Span[place] - dimension.Cost, RateLimitRule.MaxCharge) : 0;
            var (step, amount) = rule.Kind == RateLimitRuleKind.Concurrency ? (LimiterStep.GiveBack, dimension.Cost)
                : excess > 0 ? (LimiterStep.Charge, excess)
                : (LimiterStep.GiveBack, -excess);
            if (amount > 0)
            {
                keys.Add(rule.KeyOf(dimension.Key));
                arguments.Add(rule.Plan(step, place, amount));
            }
        }

        if (group.HasEstimates)
        {
            keys.Add(RecordKey(group, id));
        }

        return keys.Count > 0 ? EvaluateEndAsync(keys, arguments, operation, cancellationToken) : new(false);
    }

    private async ValueTask<bool> EvaluateEndAsync(
        List<RedisKey> keys, List<RedisValue> arguments, string operation, CancellationToken cancellationToken)
    {
        var reply = Bytes(
            await _connection.EvaluateAsync(_scripts.Change, operation, [.. keys], [.. arguments], cancellationToken).ConfigureAwait(false));
        ThrowIfForeign(reply, operation);
        return reply[0] == Granted;
    }

    private async ValueTask<bool> RenewAllAsync(RateLimitReservation reservation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var leases = LimiterGroup.LeasesOf(reservation.Request);
        if (leases.Count == 0)
        {
            return true;
        }

        if (await SplitIfClusterAsync(leases, Renewing, cancellationToken).ConfigureAwait(false) is not { } groups)
        {
            return await RenewGroupAsync(leases, reservation.Id, extends: true, cancellationToken).ConfigureAwait(false);
        }

        // Nothing is extended where one lease is lost: of several slots each is asked first.
        foreach (var extends in new[] { false, true })
        {
            foreach (var group in groups)
            {
                if (!await RenewGroupAsync(group, reservation.Id, extends, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private async ValueTask<bool> RenewGroupAsync(LimiterGroup leases, Guid id, bool extends, CancellationToken cancellationToken)
    {
        var (keys, arguments) = (new List<RedisKey>(leases.Count), new List<RedisValue>(leases.Count + 2));
        arguments.Add(extends ? 1 : 0);
        arguments.Add(id.ToByteArray());
        for (var place = 0; place < leases.Request.Count; place++)
        {
            if (leases.Has(place))
            {
                ref readonly var dimension = ref leases.Request.Dimensions[place];
                keys.Add(RuleOf(dimension.Rule).KeyOf(dimension.Key));
                arguments.Add(RuleOf(dimension.Rule).Taking(dimension.Cost));
            }
        }

        return (long)await _connection.EvaluateAsync(_scripts.Renew, Renewing, [.. keys], [.. arguments], cancellationToken).ConfigureAwait(false) == 1;
    }
}
