using FluentAssertions;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Workers;

public sealed class WorkerHandlerTimeoutTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_handler_that_never_returns_fails_its_message_and_gives_its_slot_back()
    {
        var handling = new Tally();
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = new WorkerHost(
            async (_, _) =>
            {
                if (handling.Enter() == 1)
                {
                    await never.Task;
                }
            },
            options => (options.HandlerTimeout, options.Concurrency) = (Limit, 1),
            queue => queue.MaxDeliveries = 1);
        await host.EnqueueAsync("hangs", "works");

        var done = host.Worker.RunUntilIdleAsync();
        await handling.ReachedAsync(1);
        await host.Clock.TimerSetAsync(Limit);
        host.Clock.Advance(Limit);
        await done;

        handling.Count.Should().Be(2);
        (await host.StatsAsync()).TotalCompleted.Should().Be(1);
        var error = (await host.DeadLettersAsync()).Should().ContainSingle().Which.Attempts.Should().ContainSingle().Subject.Error!;
        error.Type.Should().Be("HandlerTimeoutException");
        error.Message.Should().Be("The handler of worker 'documents' did not return within its HandlerTimeout of 00:00:10.");
        never.SetException(new InvalidOperationException("The orphan fails in the end."));
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_handler_that_blocks_its_thread_fails_its_message_all_the_same()
    {
        using var never = new ManualResetEventSlim();
        await using var host = new WorkerHost(
            (_, _) =>
            {
                never.Wait(CancellationToken.None);
                return default;
            },
            options => (options.HandlerTimeout, options.Concurrency) = (Limit, 1),
            queue => queue.MaxDeliveries = 1);
        await host.EnqueueAsync("hangs");

        var done = host.Worker.RunUntilIdleAsync();
        await host.Clock.TimerSetAsync(Limit);
        host.Clock.Advance(Limit);
        await done;

        (await host.DeadLettersAsync()).Should().ContainSingle();
        never.Set();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Every_handler_whose_time_is_over_is_told_so_even_though_its_message_has_ended()
    {
        const int Messages = 500;
        var told = new Tally();
        await using var host = new WorkerHost(
            async (_, token) =>
            {
                var cancelled = new TaskCompletionSource();
                await using var registration = token.UnsafeRegister(_ => cancelled.TrySetResult(), null);
                await cancelled.Task;
                told.Enter();
            },
            options => (options.HandlerTimeout, options.Concurrency) = (Limit, 100),
            queue => queue.MaxDeliveries = 1);
        await host.EnqueueAsync(Enumerable.Range(0, Messages).Select(i => $"{i}"));

        await host.PumpUntilAsync(host.Worker.RunUntilIdleAsync(), TimeSpan.FromSeconds(1));

        await told.ReachedAsync(Messages);
        (await host.StatsAsync()).Dead.Should().Be(Messages);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_time_out_of_the_handlers_own_is_told_as_what_it_is()
    {
        await using var host = new WorkerHost(
            (_, _) => throw new TimeoutException("A client's own time-out."), options => options.HandlerTimeout = Limit, queue => queue.MaxDeliveries = 1);
        await host.EnqueueAsync("a");

        await host.Worker.RunUntilIdleAsync();

        (await host.DeadLettersAsync()).Should().ContainSingle().Which.Attempts[0].Error!.Message.Should().Be("A client's own time-out.");
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task The_longest_time_that_the_options_allow_is_kept()
    {
        await using var host = new WorkerHost((_, _) => default, options => options.HandlerTimeout = QueueWorkerOptions.GreatestHandlerTimeout);
        await host.EnqueueAsync("a");

        await host.Worker.RunUntilIdleAsync();

        (await host.StatsAsync()).TotalCompleted.Should().Be(1);
    }
}
