namespace Pipeline.Conformance.Queues.History;

/// <summary>Judges what producers and consumers saw of a queue that was drained at the end.</summary>
/// <remarks>
/// It knows nothing of the queue and believes only the events. Where an outcome is unknown, or a process was killed, it allows what
/// either outcome allows. Redrives are not part of a history.
/// </remarks>
public static class HistoryChecker
{
    /// <summary>Finds every broken promise.</summary>
    /// <param name="events">The events of all processes, in any order.</param>
    /// <returns>A sentence for each broken promise; empty when all is well.</returns>
    public static IReadOnlyList<string> Check(IEnumerable<HistoryEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        var all = events.ToList();
        var circumstances = HistoryCircumstances.Of(all);
        var messages = all.Where(one => one.Kind is not (HistoryEventKind.ProcessKilled or HistoryEventKind.ReceiveUnknown))
            .GroupBy(one => one.MessageId)
            .Select(group => new MessageHistory(group.Key, [.. group]))
            .ToList();
        return
        [
            .. messages.SelectMany(message => CheckLoss(message, circumstances)),
            .. messages.SelectMany(CheckTokens),
            .. messages.SelectMany(CheckEndings),
            .. messages.SelectMany(message => CheckDuplicates(message, circumstances.Killed)),
            .. messages.SelectMany(message => CheckDeath(message, circumstances)),
            .. CheckOrder(messages),
        ];
    }

    private static IEnumerable<string> CheckLoss(MessageHistory message, HistoryCircumstances circumstances)
    {
        if (!message.WasSent)
        {
            yield return $"{message} came from nowhere: nobody enqueued it.";
        }

        var mayBeDone = message.Completions.Count > 0 || message.Deaths.Count > 0 || message.Deliveries.Any(delivery =>
            message.IsUnknown(delivery, circumstances.Killed)
            && (!circumstances.AreCompletionsAnnounced || message.Has(delivery.Token, HistoryEventKind.Completing)));
        if (message.Enqueued is not null && !mayBeDone)
        {
            yield return $"{message} was lost: its enqueue was acknowledged, and it is neither completed nor dead.";
        }
    }

    private static IEnumerable<string> CheckTokens(MessageHistory message)
    {
        var deliveries = message.Deliveries;
        for (var i = 1; i < deliveries.Count; i++)
        {
            if (deliveries[i].Token == deliveries[i - 1].Token)
            {
                yield return $"{message} was delivered twice under token {deliveries[i].Token}.";
            }

            // In the order of tokens, no delivery may have been over before the one before it began.
            if (deliveries.Take(i).Any(earlier => deliveries[i].Ended < earlier.Began))
            {
                yield return $"{message} was delivered under token {deliveries[i].Token} before a delivery with a lower one.";
            }
        }
    }

    private static IEnumerable<string> CheckEndings(MessageHistory message)
    {
        if (message.Completions.Count > 1)
        {
            yield return $"{message} was completed {message.Completions.Count} times.";
        }

        foreach (var completion in message.Completions)
        {
            if (message.Deliveries.All(delivery => delivery.Token != completion.Token))
            {
                yield return $"{message} was completed under token {completion.Token}, under which it was never delivered.";
            }

            if (message.Deliveries.Any(delivery => delivery.Token > completion.Token))
            {
                yield return $"{message} was delivered after its completion under token {completion.Token}, or that completion was stale.";
            }
        }

        foreach (var delivery in message.Deliveries)
        {
            var endings = message.EndingsOf(delivery.Token);
            if (endings.Count > 1)
            {
                yield return $"{message} ended {endings.Count} times under token {delivery.Token}.";
            }

            foreach (var ending in endings)
            {
                // An ending that began after a later delivery was already with its consumer was stale.
                if (message.Deliveries.Any(later => later.Token > delivery.Token && later.Ended < ending.Began))
                {
                    yield return $"{message}: a stale call ({ending.Kind}) was accepted under token {delivery.Token}.";
                }

                if (message.Has(delivery.Token, HistoryEventKind.LeaseRanOut))
                {
                    yield return $"{message}: a call ({ending.Kind}) was accepted under token {delivery.Token}, whose lease had run out.";
                }
            }
        }
    }

    private static IEnumerable<string> CheckDuplicates(MessageHistory message, IReadOnlySet<string> killed)
    {
        foreach (var delivery in message.Deliveries)
        {
            var isExcused = message.EndingsOf(delivery.Token).Count > 0
                || message.Has(delivery.Token, HistoryEventKind.LeaseRanOut)
                || message.IsUnknown(delivery, killed);
            if (!isExcused && delivery.Token < message.Deliveries[^1].Token)
            {
                yield return $"{message} was delivered again though nothing had ended its delivery under token {delivery.Token}.";
            }

            if (!isExcused && message.Has(delivery.Token, HistoryEventKind.Refused))
            {
                yield return $"{message}: a call was refused under token {delivery.Token}, whose lease was held.";
            }
        }
    }

    private static IEnumerable<string> CheckDeath(MessageHistory message, HistoryCircumstances circumstances)
    {
        if (message.Deaths.Count > 1)
        {
            yield return $"{message} is in the dead letters {message.Deaths.Count} times.";
        }

        if (message.Deaths.Count > 0 && message.Completions.Count > 0)
        {
            yield return $"{message} is completed and dead.";
        }

        var maximum = message.Enqueued?.MaxDeliveries ?? 0;
        var unknown = message.Deliveries.Count(delivery => message.IsUnknown(delivery, circumstances.Killed));
        var mayBeExhausted = maximum == 0 || message.Charges + unknown + circumstances.UnseenReceives >= maximum;
        if (message.Deaths.Count > 0 && !message.WasRejected && unknown == 0 && !mayBeExhausted)
        {
            yield return $"{message} is dead after {message.Charges} failures and crashes of {maximum}.";
        }

        if (message.Deaths.Count == 0 && (message.WasRejected || (maximum > 0 && message.Charges >= maximum)))
        {
            yield return $"{message} should be dead: it was rejected, or failed or crashed {message.Charges} times of {maximum}.";
        }

        if (maximum > 0 && message.Charges > maximum)
        {
            yield return $"{message} failed or crashed {message.Charges} times; its maximum is {maximum}.";
        }
    }

    /// <summary>No message of an ordering key is delivered before the one before it is done.</summary>
    private static IEnumerable<string> CheckOrder(IEnumerable<MessageHistory> messages)
    {
        var keys = messages.Where(message => message.Enqueued?.OrderingKey is not null).GroupBy(message => message.Enqueued!.OrderingKey, StringComparer.Ordinal);
        foreach (var key in keys)
        {
            // The earliest moment at which some later message of the key was certainly with a consumer.
            var delivered = long.MaxValue;
            foreach (var message in key.OrderByDescending(message => message.Enqueued!.Sequence))
            {
                var name = $"{message}, number {message.Enqueued!.Sequence} of its ordering key,";
                foreach (var completion in message.Completions.Where(completion => completion.Began > delivered))
                {
                    yield return $"{name} was completed after a later one was delivered ({completion.Began}, {delivered}).";
                }

                foreach (var delivery in message.Deliveries.Where(delivery => delivery.Began > delivered))
                {
                    yield return $"{name} was delivered after a later one ({delivery.Began}, {delivered}).";
                }

                delivered = message.Deliveries.Select(delivery => delivery.Ended).Append(delivered).Min();
            }
        }
    }
}
