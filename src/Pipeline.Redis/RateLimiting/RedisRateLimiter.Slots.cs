using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.RateLimiting;

internal sealed partial class RedisRateLimiter
{
    private const byte RecordFormat = 0x15;
    private const int RecordHeadLength = 1 + LimiterRule.NumberLength;
    private const int RecordEntryLength = 1 + (2 * LimiterRule.NumberLength);

    /// <summary>Parts a group where it needs several commands.</summary>
    /// <returns>The parts; <see langword="null"/> where one command does for all.</returns>
    private async ValueTask<LimiterGroup[]?> SplitIfClusterAsync(LimiterGroup group, string operation, CancellationToken cancellationToken)
    {
        if (group.Count == 1 || !await IsClusterAsync(operation, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        return group.Split() is { Length: > 1 } groups ? groups : null;
    }

    private async ValueTask<bool> IsClusterAsync(string operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Where no server has said yet what it is: what is right in a cluster is right everywhere.
        return !(await _connection.GetSessionAsync(operation, cancellationToken).ConfigureAwait(false)).IsSingleNode;
    }

    /// <summary>
    /// Decides about a request whose states no single script reaches: charges group after group, and gives back what was charged when a later
    /// one denies. Who gives up waiting leaves it to be finished.
    /// </summary>
    private Task<RateLimitDecision> AcquireOfSeveralSlotsAsync(
        RateLimitRequest request, LimiterGroup[] groups, Guid id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return TakeGroupsAsync(request, groups, id).WaitAsync(cancellationToken);
    }

    private async Task<RateLimitDecision> TakeGroupsAsync(RateLimitRequest request, LimiterGroup[] groups, Guid id)
    {
        var answer = default(RateLimitAnswer);
        var taken = new List<byte[]>(groups.Length);
        try
        {
            for (var i = 0; i < groups.Length; i++)
            {
                if (!answer.IsGranted)
                {
                    // Only for the figures: when to come again, and which rule takes longest.
                    ReadStates(await PeekGroupAsync(groups[i], CancellationToken.None).ConfigureAwait(false), groups[i], Acquiring, ref answer);
                    continue;
                }

                var reply = Bytes(
                    await EvaluateTakeAsync(groups[i], id, isMarked: i < groups.Length - 1, CancellationToken.None).ConfigureAwait(false));
                if (reply[0] == Granted)
                {
                    taken.Add(reply);
                }

                ReadTaken(reply, groups[i], ref answer);
            }
        }
        catch
        {
            await GiveBackAsync(groups, taken, id).ConfigureAwait(false);
            throw;
        }

        if (!answer.IsGranted)
        {
            await GiveBackAsync(groups, taken, id).ConfigureAwait(false);
        }

        return answer.ToDecision(answer.IsGranted ? ReservationFor(request, id) : null);
    }

    /// <summary>Gives back what the first groups were charged. What cannot be given back stays charged: the strict side.</summary>
    private async Task GiveBackAsync(LimiterGroup[] groups, List<byte[]> taken, Guid id)
    {
        for (var i = 0; i < taken.Count; i++)
        {
            try
            {
                await GiveBackAsync(groups[i], taken[i], id).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is BackendUnavailableException or BackendRefusedException or ObjectDisposedException)
            {
                Log.RateLimitNotGivenBack(_logger, _connection.Backend);
            }
        }
    }

    private async Task GiveBackAsync(LimiterGroup group, byte[] taken, Guid id)
    {
        var (keys, arguments) = (new List<RedisKey>(group.Count + 1), new List<RedisValue>(group.Count + 2));
        arguments.Add(Modes.GiveBack);
        arguments.Add(RecordOf(group, taken, id));
        for (var place = 0; place < group.Request.Count; place++)
        {
            ref readonly var dimension = ref group.Request.Dimensions[place];
            if (group.Has(place) && dimension.Cost > 0)
            {
                keys.Add(RuleOf(dimension.Rule).KeyOf(dimension.Key));
                arguments.Add(RuleOf(dimension.Rule).Plan(LimiterStep.GiveBack, place, dimension.Cost));
            }
        }

        if (group.HasEstimates)
        {
            keys.Add(RecordKey(group, id));
        }

        if (keys.Count > 0)
        {
            await EvaluateEndAsync(keys, arguments, Acquiring, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Writes down, as the script would have, where a group was charged.</summary>
    private byte[] RecordOf(LimiterGroup group, byte[] taken, Guid id)
    {
        var now = StateReader.Number(taken.AsSpan(1));
        var record = new byte[16 + RecordHeadLength + (group.Count * RecordEntryLength)];
        id.TryWriteBytes(record);
        record[16] = RecordFormat;
        LimiterRule.WriteNumber(record.AsSpan(17), now);
        var states = new StateReader(taken.AsSpan(ReplyHeadLength), now);
        var entry = record.AsSpan(16 + RecordHeadLength);
        for (var place = 0; place < group.Request.Count; place++)
        {
            if (!group.Has(place))
            {
                continue;
            }

            ref readonly var dimension = ref group.Request.Dimensions[place];
            states.Next(dimension, RuleOf(dimension.Rule), isTaken: dimension.Cost > 0);
            entry[0] = (byte)place;
            LimiterRule.WriteNumber(entry[1..], states.Mark.Born);
            LimiterRule.WriteNumber(entry[(1 + LimiterRule.NumberLength)..], states.Mark.At);
            entry = entry[RecordEntryLength..];
        }

        return record;
    }
}
