using System.Collections.Concurrent;
using Pipeline.Backends;
using Pipeline.Conformance.Queues.History;
using Pipeline.Queues;

namespace Pipeline.Crash.Workers;

/// <summary>All that a worker holds, and the loop that renews it.</summary>
internal sealed class HeldMessages(CrashHistory history, TimeSpan lease, WorkerDefect defect)
{
    private readonly ConcurrentDictionary<QueueReceipt, HeldMessage> _held = new();

    public void Add(HeldMessage message) => _held[message.Receipt] = message;

    public void Remove(HeldMessage message) => _held.TryRemove(message.Receipt, out _);

    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(lease / 4, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(_held.Values.GroupBy(message => message.Queue).Select(group => RenewAsync(group.Key, [.. group])));
        }
    }

    /// <summary>Writes down that a receipt was refused, and whether the worker knows why.</summary>
    public void WriteRefused(HeldMessage message, long began)
    {
        history.Add(HistoryEventKind.Refused, began, message.Receipt);
        if (message.MayBeOver)
        {
            history.Add(HistoryEventKind.LeaseRanOut, began, message.Receipt);
        }
    }

    private async Task RenewAsync(IQueue queue, IReadOnlyList<HeldMessage> messages)
    {
        var began = CrashHistory.Now;
        try
        {
            var lost = (await queue.RenewAsync([.. messages.Select(message => message.Receipt)], lease)).ToHashSet();
            foreach (var message in messages)
            {
                if (!lost.Contains(message.Receipt))
                {
                    message.Renewed(began);
                }
                else if (defect != WorkerDefect.IgnoresRefusals && message.TryLose())
                {
                    WriteRefused(message, began);
                    Remove(message);
                }
            }
        }
        catch (BackendUnavailableException)
        {
            // The next round tries again; what ran out meanwhile will be refused.
        }
    }
}
