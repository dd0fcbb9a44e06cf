namespace Pipeline.Queues;

/// <summary>
/// Completes messages and adds their follow-ups to other queues in one act: the locks of all queues that take part are held together,
/// always taken in the order of the queues' ordinals, so that two such acts cannot wait for each other.
/// </summary>
internal static class CompletionWithFollowUps
{
    public static IReadOnlyList<QueueReceipt> Run(InMemoryQueueProvider provider, InMemoryQueue source, IReadOnlyList<QueueCompletion> completions)
    {
        var queues = FindQueues(provider, source, completions);
        var entered = 0;
        try
        {
            foreach (var queue in queues.Values)
            {
                queue.Gate.Enter();
                entered++;
            }

            var moments = queues.Values.ToDictionary(queue => queue, queue => queue.Begin());
            var lost = CompleteAll(provider, source, completions, moments);
            foreach (var (queue, moment) in moments)
            {
                queue.Settle(moment);
            }

            return lost;
        }
        finally
        {
            foreach (var queue in queues.Values.Take(entered))
            {
                queue.Gate.Exit();
            }
        }
    }

    private static SortedList<int, InMemoryQueue> FindQueues(
        InMemoryQueueProvider provider, InMemoryQueue source, IReadOnlyList<QueueCompletion> completions)
    {
        var queues = new SortedList<int, InMemoryQueue> { [source.Ordinal] = source };
        foreach (var followUp in completions.SelectMany(completion => completion.FollowUps ?? []))
        {
            if (followUp is null)
            {
                throw new ArgumentException("A completion holds a null among its follow-ups. Leave it out.", nameof(completions));
            }

            var queue = provider.Find(followUp.Queue);
            QueueArguments.CheckMessage(followUp.Message, queue.Definition, nameof(completions));
            queues[queue.Ordinal] = queue;
        }

        return queues;
    }

    private static List<QueueReceipt> CompleteAll(
        InMemoryQueueProvider provider,
        InMemoryQueue source,
        IReadOnlyList<QueueCompletion> completions,
        Dictionary<InMemoryQueue, QueueMoment> moments)
    {
        var lost = new List<QueueReceipt>();
        foreach (var completion in completions)
        {
            if (!source.TryComplete(completion.Receipt, moments[source]))
            {
                lost.Add(completion.Receipt);
                continue;
            }

            foreach (var followUp in completion.FollowUps ?? [])
            {
                var queue = provider.Find(followUp.Queue);
                queue.Add(followUp.Message, moments[queue]);
            }
        }

        return lost;
    }
}
