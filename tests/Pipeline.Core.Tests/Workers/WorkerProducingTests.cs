using System.Collections.Concurrent;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Workers;

/// <summary>A worker that runs until its producer has ended and the queue is empty.</summary>
public sealed class WorkerProducingTests
{
    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task An_empty_queue_is_not_idle_while_its_producer_is_at_work()
    {
        var handled = new ConcurrentQueue<string>();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = new WorkerHost((context, _) =>
        {
            handled.Enqueue(WorkerHost.TextOf(context.Received));
            first.TrySetResult();
            return default;
        });
        var producing = new TaskCompletionSource();

        var working = host.Worker.RunUntilIdleAsync(producing.Task);
        await host.EnqueueAsync("first");
        await first.Task;
        working.IsCompleted.Should().BeFalse();
        await host.EnqueueAsync("second");
        producing.SetResult();
        await working;

        handled.Should().Equal("first", "second");
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task The_end_of_the_producer_ends_a_worker_that_has_nothing_left()
    {
        await using var host = new WorkerHost((_, _) => default);
        var producing = new TaskCompletionSource();
        var working = host.Worker.RunUntilIdleAsync(producing.Task);

        producing.SetResult();

        await working;
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_producer_that_failed_has_ended_too()
    {
        await using var host = new WorkerHost((_, _) => default);
        await host.EnqueueAsync("only");

        await host.Worker.RunUntilIdleAsync(Task.FromException(new InvalidOperationException("The producer failed.")));

        (await host.StatsAsync()).TotalCompleted.Should().Be(1);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_chain_knows_when_its_message_was_enqueued()
    {
        DateTimeOffset? seen = null;
        await using var host = new WorkerHost(builder => builder
            .AddQueue<string>(WorkerHost.QueueName)
            .AddChain<string>("look", chain => chain.Then("look", (text, context, _) =>
            {
                seen = context.EnqueuedAt;
                return ChainResult.Continue(text);
            }))
            .AddWorker(WorkerHost.QueueName, "look"));
        var enqueued = host.Clock.GetUtcNow();
        await host.TypedQueueOf<string>(WorkerHost.QueueName).EnqueueAsync("text");
        host.Clock.Advance(TimeSpan.FromMinutes(1));

        await host.Worker.RunUntilIdleAsync();

        seen.Should().Be(enqueued);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_dead_letter_tells_its_last_error_and_its_value()
    {
        await using var host = new WorkerHost(builder => builder
            .AddQueue<string>(WorkerHost.QueueName)
            .AddChain<string>("fail", chain => chain.Then("fail", (_, _, _) => throw new UnprocessableMessageException("It is no document.")))
            .AddWorker(WorkerHost.QueueName, "fail"));
        var queue = host.TypedQueueOf<string>(WorkerHost.QueueName);
        await queue.EnqueueAsync("text");
        await host.Worker.RunUntilIdleAsync();

        var letter = (await host.DeadLettersAsync()).Should().ContainSingle().Which;

        (letter.LastError!.Step, letter.LastError.Message).Should().Be(("fail", "It is no document."));
        queue.TryRead(letter.Message, out var value).Should().BeTrue();
        value.Should().Be("text");
        queue.TryRead(new QueueMessage("text"u8.ToArray()), out _).Should().BeFalse("it is of another type");
    }
}
