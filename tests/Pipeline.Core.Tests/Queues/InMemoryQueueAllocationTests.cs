using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace Pipeline.Queues;

[Collection(nameof(QueueAloneCollection))]
public sealed class InMemoryQueueAllocationTests(ITestOutputHelper output) : IDisposable
{
    private const int Batch = 100;
    private const int Rounds = 1_000;

    // The message itself is 104 of them.
    private const double MostBytesInAll = 200;
    private const double MostBytesOfTheQueue = MostBytesInAll - 104;

    private readonly InMemoryQueueProvider _provider = new(new QueueCatalog(new QueueDefinition("numbers", new QueueOptions())), TimeProvider.System);
    private readonly QueueCompletion[] _completions = new QueueCompletion[Batch];
    private readonly byte[] _body = new byte[8];

    public void Dispose() => _provider.Dispose();

    [Fact]
    public void A_message_costs_less_than_200_bytes_from_its_making_to_its_completion()
    {
        var messages = new QueueMessage[Batch];

        Measure(() => Pass(Fill(messages))).Should().BeLessThan(MostBytesInAll);
    }

    [Fact]
    public void The_queues_own_part_of_it_is_less_than_half()
    {
        // The same messages go round and round, so none is made while it is measured.
        var messages = Fill(new QueueMessage[Batch]);

        Measure(() => Pass(messages)).Should().BeLessThan(MostBytesOfTheQueue);
    }

    private QueueMessage[] Fill(QueueMessage[] messages)
    {
        for (var i = 0; i < Batch; i++)
        {
            messages[i] = new QueueMessage(_body);
        }

        return messages;
    }

    private double Measure(Action pass)
    {
        for (var i = 0; i < Rounds; i++)
        {
            pass();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            pass();
        }

        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)(Rounds * Batch);
        output.WriteLine($"{bytes} bytes a message");
        return bytes;
    }

    private void Pass(QueueMessage[] messages)
    {
        var queue = _provider.GetQueue("numbers");
        _ = ResultOf(queue.EnqueueAsync(messages));
        var received = ResultOf(queue.ReceiveAsync(Batch, QueueLimits.MaxLease, TimeSpan.Zero));
        for (var i = 0; i < Batch; i++)
        {
            _completions[i] = new QueueCompletion(received[i].Receipt);
        }

        _ = ResultOf(queue.CompleteAsync(_completions));
    }

    // Everything happens on this thread, or the count would be wrong.
    private static T ResultOf<T>(ValueTask<T> task) =>
        task.IsCompletedSuccessfully ? task.Result : throw new InvalidOperationException("The call did not complete at once.");
}
