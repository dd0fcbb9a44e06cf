using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using Pipeline.Queues;
using StackExchange.Redis;

namespace Pipeline.RateLimiting;

/// <summary>Looking at states without taking anything.</summary>
internal sealed partial class RedisRateLimiter
{
    private async ValueTask<RateLimitDecision> PeekAnyAsync(RateLimitRequest request, CancellationToken cancellationToken)
    {
        var answer = default(RateLimitAnswer);
        var all = LimiterGroup.Of(request);
        foreach (var group in await SplitIfClusterAsync(all, Peeking, cancellationToken).ConfigureAwait(false) ?? [all])
        {
            ReadStates(await PeekGroupAsync(group, cancellationToken).ConfigureAwait(false), group, Peeking, ref answer);
        }

        return answer.ToDecision(reservation: null);
    }

    private async ValueTask<byte[]> PeekGroupAsync(LimiterGroup group, CancellationToken cancellationToken)
    {
        var (keys, arguments, count) = (new RedisKey[group.Count], new RedisValue[group.Count], 0);
        for (var place = 0; place < group.Request.Count; place++)
        {
            if (group.Has(place))
            {
                ref readonly var dimension = ref group.Request.Dimensions[place];
                var rule = RuleOf(dimension.Rule);
                (keys[count], arguments[count]) = (rule.KeyOf(dimension.Key), rule.Taking(dimension.Cost));
                count++;
            }
        }

        var reply = Bytes(await _connection.EvaluateAsync(_scripts.Peek, Peeking, keys, arguments, cancellationToken).ConfigureAwait(false));
        ThrowIfForeign(reply, Peeking);
        return reply;
    }

    /// <summary>Reads what a script replied about a group.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="group">The group.</param>
    /// <param name="operation">What errors call it.</param>
    /// <param name="answer">Takes the answers.</param>
    private void ReadStates(byte[] reply, LimiterGroup group, string operation, ref RateLimitAnswer answer)
    {
        if (reply.Length < ReplyHeadLength)
        {
            throw Impossible();
        }

        var states = new StateReader(reply.AsSpan(ReplyHeadLength), StateReader.Number(reply.AsSpan(1)));
        for (var place = 0; place < group.Request.Count; place++)
        {
            if (group.Has(place))
            {
                ref readonly var dimension = ref group.Request.Dimensions[place];
                var standing = states.Next(dimension, RuleOf(dimension.Rule), isTaken: reply[0] == Granted && dimension.Cost > 0);
                answer.Add(standing, dimension.Rule, place);
            }
        }

        if (states.IsUnreadable)
        {
            throw Refused(operation);
        }
    }
}
