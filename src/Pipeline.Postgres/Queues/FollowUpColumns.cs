using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>The follow-ups of completions as the statement takes them, column by column.</summary>
internal sealed class FollowUpColumns
{
    private readonly int[] _afters;
    private readonly PostgresQueue[] _queues;
    private readonly int[] _ids;
    private readonly MessageColumns _messages;

    private FollowUpColumns(int[] afters, PostgresQueue[] queues, int[] ids, MessageColumns messages)
    {
        _afters = afters;
        _queues = queues;
        _ids = ids;
        _messages = messages;
    }

    /// <exception cref="ArgumentException">A follow-up could not be enqueued as it is.</exception>
    public static async ValueTask<FollowUpColumns> MakeAsync(PostgresQueueProvider provider, IReadOnlyList<QueueCompletion> completions)
    {
        List<int> afters = [];
        List<PostgresQueue> queues = [];
        List<QueueMessage> messages = [];
        for (var i = 0; i < completions.Count; i++)
        {
            foreach (var followUp in completions[i].FollowUps ?? [])
            {
                if (followUp is null)
                {
                    throw new ArgumentException("A completion holds a null among its follow-ups. Leave it out.", nameof(completions));
                }

                var queue = provider.Find(followUp.Queue);
                QueueArguments.CheckMessage(followUp.Message, queue.Definition, nameof(completions));
                afters.Add(i + 1);
                queues.Add(queue);
                messages.Add(followUp.Message);
            }
        }

        var ids = new int[queues.Count];
        var tenants = new int[queues.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = await queues[i].GetIdAsync().ConfigureAwait(false);
            tenants[i] = await queues[i].TenantNumberAsync(messages[i]).ConfigureAwait(false);
        }

        return new FollowUpColumns([.. afters], [.. queues], ids, new MessageColumns(messages, tenants));
    }

    public void Bind(NpgsqlParameterCollection parameters) => _messages.Bind(parameters
        .Ints(_afters).Ints(_ids).Longs([.. _queues.Select(static queue => (long)queue.Definition.Options.DeduplicationWindow.TotalMicroseconds)]));

    /// <summary>Wakes who waits for them.</summary>
    public void Tell()
    {
        foreach (var queue in _queues.Distinct())
        {
            queue.TellOfMessages();
        }
    }
}
