using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Theory(Timeout = TimeLimit)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1_000)]
    public async Task A_message_that_fails_is_at_every_moment_in_exactly_one_place(int maxDeliveries)
    {
        var (worker, observer) = await OpenTwiceAsync(new QueueOptions { MaxDeliveries = maxDeliveries });
        await worker.EnqueueAsync([.. Enumerable.Range(0, 30).Select(i => Message($"{i}", key: i % 3 == 0 ? $"k{i % 2}" : null))]);
        using var done = new CancellationTokenSource();
        var observers = Enumerable.Range(0, 2).Select(_ => OnThreadOfItsOwn(() => ObserveAsync(observer, done.Token))).ToList();
        var workers = Enumerable.Range(0, 2).Select(number => OnThreadOfItsOwn(() => FailAndRedriveAsync(worker, number)));
        try
        {
            await Task.WhenAll(workers);
        }
        finally
        {
            await done.CancelAsync();
        }

        await Task.WhenAll(observers);
        await AssertAllInOnePlaceAsync(observer);
    }

    /// <summary>Calls that complete at once would keep the few threads of the pool to themselves, and nobody would look between two of them.</summary>
    private static Task OnThreadOfItsOwn(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    private static async Task ObserveAsync(IQueue queue, CancellationToken done)
    {
        do
        {
            await AssertAllInOnePlaceAsync(queue);
        }
        while (!done.IsCancellationRequested);
    }

    private static async Task AssertAllInOnePlaceAsync(IQueue queue)
    {
        var stats = await queue.GetStatsAsync();
        Assert.True(
            stats.Depth + stats.Dead + stats.TotalCompleted == stats.TotalEnqueued, $"A message was in no place, or in two: {stats}.");
    }

    /// <summary>Fails messages and redrives them, mostly; does the rest now and then.</summary>
    private async Task FailAndRedriveAsync(IQueue queue, int number)
    {
        var random = new SeededRandom((ulong)number);
        for (var i = 0; i < _store.Repetitions * 5; i++)
        {
            var received = await TakeAllAsync(queue, random.Between(1, 5));
            if (received.Count == 0)
            {
                await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All);
                continue;
            }

            var receipts = received.Select(one => one.Receipt).ToList();
            if (random.Chance(10))
            {
                await queue.CompleteAsync([.. receipts.Select(receipt => new QueueCompletion(receipt, [Follow(queue, Message("follow-up"))]))]);
            }
            else
            {
                var ending = random.Chance(70) ? ReceiptCall.Fail : random.Pick([ReceiptCall.Defer, ReceiptCall.Return, ReceiptCall.DeadLetter]);
                await CallAsync(queue, ending, receipts);
            }
        }
    }
}
