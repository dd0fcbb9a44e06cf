using Npgsql;

namespace Pipeline.Queues;

/// <summary>What became of an enqueue.</summary>
/// <param name="Status">0 the queue is full, 1 done, 2 the call is a repeat, 3 its ticket waits for room.</param>
/// <param name="Repeats">Of plain calls that were sent together, the indexes (from 1) of the repeats.</param>
/// <param name="Duplicates">The indexes (from 1) of those that are duplicates by their key.</param>
/// <param name="Firsts">The ids of the messages that were there first.</param>
/// <param name="IsFreed">Whether another producer may find room now.</param>
internal sealed record EnqueueAnswer(int Status, int[] Repeats, int[] Duplicates, Guid[] Firsts, bool IsFreed)
{
    private const int RepeatOfCall = 2;

    public static async ValueTask<EnqueueAnswer> ReadAsync<TState>(NpgsqlDataReader reader, TState state, CancellationToken deadline)
    {
        await reader.ReadAsync(deadline).ConfigureAwait(false);
        var hasDuplicates = !await reader.IsDBNullAsync(1, deadline).ConfigureAwait(false);
        return new EnqueueAnswer(
            reader.GetInt32(0),
            [],
            hasDuplicates ? await reader.GetFieldValueAsync<int[]>(1, deadline).ConfigureAwait(false) : [],
            hasDuplicates ? await reader.GetFieldValueAsync<Guid[]>(2, deadline).ConfigureAwait(false) : [],
            reader.GetBoolean(3));
    }

    /// <summary>Gives a result for each message of the caller's, of which those that it gave twice were sent once.</summary>
    public IReadOnlyList<EnqueueResult> Results(IReadOnlyList<QueueMessage> messages, IReadOnlyList<QueueMessage> sent)
    {
        var duplicates = new Dictionary<Guid, Guid>();
        for (var i = 0; i < Duplicates.Length; i++)
        {
            duplicates[sent[Duplicates[i] - 1].Id] = Firsts[i];
        }

        var seen = new HashSet<Guid>(messages.Count);
        var results = new EnqueueResult[messages.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var id = messages[i].Id;
            var isFirst = seen.Add(id);
            results[i] = duplicates.TryGetValue(id, out var original)
                ? new EnqueueResult(original, IsDuplicate: true)
                : new EnqueueResult(id, IsDuplicate: !isFirst || Status == RepeatOfCall);
        }

        return results;
    }
}
