using FluentAssertions;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Workers;

public sealed class CompletionBatcherTests
{
    private readonly List<List<QueueCompletion>> _calls = [];
    private readonly Queue<TaskCompletionSource<IReadOnlyList<QueueReceipt>>> _answers = new();

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_single_completion_goes_out_at_once()
    {
        var batcher = new CompletionBatcher(CallAsync);

        var kept = batcher.CompleteAsync(Completion());

        _calls.Should().ContainSingle().Which.Should().ContainSingle();
        _answers.Dequeue().SetResult([]);
        (await kept).Should().BeTrue();
    }

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(QueueLimits.MaxBatchSize)]
    public async Task Those_that_come_while_one_is_in_flight_go_out_in_one_further_call(int count)
    {
        var batcher = new CompletionBatcher(CallAsync);
        var first = batcher.CompleteAsync(Completion());
        var others = Enumerable.Range(0, count).Select(_ => batcher.CompleteAsync(Completion())).ToList();

        _calls.Should().ContainSingle();
        _answers.Dequeue().SetResult([]);
        (await first).Should().BeTrue();
        await SecondCallAsync();
        _answers.Dequeue().SetResult([]);

        (await Task.WhenAll(others)).Should().OnlyContain(kept => kept);
        _calls.Select(call => call.Count).Should().Equal(1, count);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task What_exceeds_a_batch_goes_out_in_a_further_call()
    {
        var sizes = new List<int>();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var batcher = new CompletionBatcher(async completions =>
        {
            sizes.Add(completions.Count);
            await gate.Task;
            return [];
        });
        var all = Enumerable.Range(0, 1 + QueueLimits.MaxBatchSize + 1).Select(_ => batcher.CompleteAsync(Completion())).ToList();
        gate.SetResult();

        await Task.WhenAll(all);

        sizes.Should().Equal(1, QueueLimits.MaxBatchSize, 1);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Each_learns_whether_its_own_lease_was_held()
    {
        var batcher = new CompletionBatcher(CallAsync);
        var completions = Enumerable.Range(0, 3).Select(_ => Completion()).ToList();
        var first = batcher.CompleteAsync(Completion());
        var others = completions.ConvertAll(batcher.CompleteAsync);
        _answers.Dequeue().SetResult([]);
        await first;
        await SecondCallAsync();

        _answers.Dequeue().SetResult([completions[1].Receipt]);

        (await Task.WhenAll(others)).Should().Equal(true, false, true);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task One_that_is_refused_fails_alone_and_the_batcher_goes_on()
    {
        var bad = Completion();
        var sizes = new List<int>();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var batcher = new CompletionBatcher(async completions =>
        {
            sizes.Add(completions.Count);
            await gate.Task;
            return completions.Contains(bad) ? throw new NotSupportedException("A follow-up is too long.") : [];
        });
        var first = batcher.CompleteAsync(Completion());
        var good = batcher.CompleteAsync(Completion());
        var refused = batcher.CompleteAsync(bad);
        var also = batcher.CompleteAsync(Completion());
        gate.SetResult();

        (await first).Should().BeTrue();
        (await good).Should().BeTrue();
        (await also).Should().BeTrue();
        await FluentActions.Awaiting(() => refused).Should().ThrowAsync<NotSupportedException>().WithMessage("A follow-up is too long.");
        (await batcher.CompleteAsync(Completion())).Should().BeTrue();
        sizes.Should().Equal(1, 3, 1, 1, 1, 1);
    }

    private static QueueCompletion Completion() => new(new QueueReceipt(Guid.NewGuid(), 1));

    private async Task SecondCallAsync()
    {
        while (true)
        {
            lock (_calls)
            {
                if (_calls.Count == 2)
                {
                    return;
                }
            }

            await Task.Yield();
        }
    }

    private Task<IReadOnlyList<QueueReceipt>> CallAsync(IReadOnlyList<QueueCompletion> completions)
    {
        lock (_calls)
        {
            var answer = new TaskCompletionSource<IReadOnlyList<QueueReceipt>>(TaskCreationOptions.RunContinuationsAsynchronously);
            _answers.Enqueue(answer);
            _calls.Add([.. completions]);
            return answer.Task;
        }
    }
}
