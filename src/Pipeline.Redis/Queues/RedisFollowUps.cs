using StackExchange.Redis;

namespace Pipeline.Queues;

/// <summary>
/// Completes messages together with what follows from them: in one script where all queues can take part in it; else the follow-ups of
/// what is still held are added first, each under its own repeat token, and the messages are completed then.
/// </summary>
internal static class RedisFollowUps
{
    public static async ValueTask<IReadOnlyList<QueueReceipt>> CompleteAsync(
        RedisQueue source, RedisQueueProvider provider, IReadOnlyList<QueueCompletion> completions, CancellationToken cancellationToken)
    {
        var targets = FindTargets(provider, completions);
        cancellationToken.ThrowIfCancellationRequested();
        return targets.Values.All(target => ReferenceEquals(target, source)) || !await provider.IsClusterAsync().ConfigureAwait(false)
            ? await TogetherAsync(source, provider, targets, completions).ConfigureAwait(false)
            : await OneAfterTheOtherAsync(source, targets, completions).ConfigureAwait(false);
    }

    private static Dictionary<QueueFollowUp, RedisQueue> FindTargets(RedisQueueProvider provider, IReadOnlyList<QueueCompletion> completions)
    {
        var targets = new Dictionary<QueueFollowUp, RedisQueue>();
        foreach (var followUp in completions.SelectMany(static completion => completion.FollowUps ?? []))
        {
            if (followUp is null)
            {
                throw new ArgumentException("A completion holds a null among its follow-ups. Leave it out.", nameof(completions));
            }

            var target = provider.Route(followUp.Queue, followUp.Message);
            QueueArguments.CheckMessage(followUp.Message, target.Definition, nameof(completions));
            targets[followUp] = target;
        }

        return targets;
    }

    private static async ValueTask<IReadOnlyList<QueueReceipt>> TogetherAsync(
        RedisQueue source, RedisQueueProvider provider, Dictionary<QueueFollowUp, RedisQueue> targets, IReadOnlyList<QueueCompletion> completions)
    {
        RedisQueue[] queues = [.. targets.Values.Distinct()];
        List<RedisValue> arguments = [.. source.Common];
        foreach (var queue in queues)
        {
            arguments.AddRange(queue.Common);
            arguments.Add((long)queue.Definition.Options.DeduplicationWindow.TotalMilliseconds);
        }

        foreach (var completion in completions)
        {
            arguments.Add(QueueReceiptBytes.Write(completion.Receipt));
            arguments.Add(completion.FollowUps?.Count ?? 0);
            foreach (var followUp in completion.FollowUps ?? [])
            {
                arguments.Add(Array.IndexOf(queues, targets[followUp]) + 3);
                RedisQueue.AppendMessage(arguments, followUp.Message);
            }
        }

        var reply = await provider.RunAsync(
            RedisQueueScripts.CompleteWith, "queue complete", [.. source.Keys, .. queues.Select(static queue => queue.Key)], [.. arguments]).ConfigureAwait(false);
        return [.. ((long[])reply!).Select(index => completions[(int)index - 1].Receipt)];
    }

    private static async ValueTask<IReadOnlyList<QueueReceipt>> OneAfterTheOtherAsync(
        RedisQueue source, Dictionary<QueueFollowUp, RedisQueue> targets, IReadOnlyList<QueueCompletion> completions)
    {
        var reply = await source.RunAsync(
            RedisQueueScripts.Held,
            "queue complete",
            [.. source.Common, .. completions.Select(static completion => (RedisValue)QueueReceiptBytes.Write(completion.Receipt))]).ConfigureAwait(false);
        var lost = ((long[])reply!).Select(static index => (int)index - 1).ToHashSet();

        // A receipt that is given twice is held once.
        var held = Enumerable.Range(0, completions.Count).Where(index => !lost.Contains(index)).DistinctBy(index => completions[index].Receipt).ToArray();
        await Task.WhenAll(held
            .SelectMany(index => completions[index].FollowUps ?? [])
            .Select(followUp => targets[followUp].AddFollowUpAsync(followUp.Message))).ConfigureAwait(false);
        var late = held.Length == 0
            ? []
            : await source.EndAsync([.. held.Select(index => new QueueCompletion(completions[index].Receipt))]).ConfigureAwait(false);
        var ended = held.Where(index => !late.Contains(completions[index].Receipt)).ToHashSet();
        return [.. Enumerable.Range(0, completions.Count).Where(index => !ended.Contains(index)).Select(index => completions[index].Receipt)];
    }
}
