using Pipeline.Backends;
using Pipeline.Conformance.Queues.History;
using Pipeline.Crash.Faults;
using Pipeline.Queues;

namespace Pipeline.Crash;

/// <summary>Sends the messages of a run, in the order of their numbers, and never far ahead of the workers.</summary>
internal sealed class CrashProducer(CrashOptions options, IQueue queue, CrashHistory history, CrashProgress progress, FaultScript faults)
{
    private const int MaxBatch = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Dice _dice = new((ulong)options.Seed + 1);

    /// <summary>Sends all messages; when it is done, all that was to happen has happened.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // So few that most of the messages are still to come when something happens, and so many that nobody waits for work.
        var lead = Math.Clamp(options.Messages / 20, 500, 10_000);
        for (var sent = 0; sent < options.Messages;)
        {
            while (sent - progress.Ended > lead)
            {
                await Task.Delay(Pause, cancellationToken);
            }

            await faults.ReachAsync(sent);
            var count = Math.Min(1 + _dice.Next(MaxBatch), options.Messages - sent);
            await SendAsync([.. Enumerable.Range(sent, count).Select(number => (number, MessagePlan.Of(options.Seed, number)))], cancellationToken);
            sent += count;
        }

        await faults.EndAsync();
    }

    private async Task SendAsync((int Number, MessagePlan Plan)[] batch, CancellationToken cancellationToken)
    {
        var messages = batch.Select(one => (Message: CrashMessage.Create(one.Number, one.Plan), Sequence: one.Number, Key: one.Plan.HistoryKey)).ToArray();
        history.AddMessages(HistoryEventKind.Enqueuing, CrashHistory.Now, messages);
        while (true)
        {
            var began = CrashHistory.Now;
            try
            {
                await queue.EnqueueAsync([.. messages.Select(one => one.Message)], cancellationToken);
                history.AddMessages(HistoryEventKind.Enqueued, began, messages);
                return;
            }
            catch (BackendUnavailableException)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}
