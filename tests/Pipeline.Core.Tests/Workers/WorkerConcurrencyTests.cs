using FluentAssertions;
using Xunit;

namespace Pipeline.Workers;

public sealed class WorkerConcurrencyTests
{
    [Theory(Timeout = WorkerHost.TimeLimit)]
    [InlineData(1, 0)]
    [InlineData(3, 2)]
    [InlineData(8, 50)]
    public async Task Handlers_and_prefetched_messages_are_exactly_as_many_as_the_options_say(int concurrency, int prefetch)
    {
        var handling = new Tally();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = new WorkerHost(
            async (_, _) =>
            {
                handling.Enter();
                await gate.Task;
                handling.Leave();
            },
            options => (options.Concurrency, options.Prefetch) = (concurrency, prefetch));
        await host.EnqueueAsync(Enumerable.Range(0, 200).Select(i => $"{i}"));

        var done = host.Worker.RunUntilIdleAsync();
        await handling.ReachedAsync(concurrency);
        await host.Queue.EndedForAsync("Receive", concurrency + prefetch);

        handling.Count.Should().Be(concurrency);
        (await host.StatsAsync()).Leased.Should().Be(concurrency + prefetch);
        gate.SetResult();
        await done;
        handling.Count.Should().Be(200);
        handling.MostPresent.Should().Be(concurrency);
        host.Queue.Ended("Receive").Should().OnlyContain(call => call.Count <= concurrency + prefetch);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_message_is_completed_only_after_its_handler_has_returned()
    {
        var handling = new Tally();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = new WorkerHost(async (_, _) =>
        {
            handling.Enter();
            await gate.Task;
        });
        await host.EnqueueAsync("a");

        host.Start();
        await handling.ReachedAsync(1);

        host.Queue.Begun("Complete").Should().BeEmpty();
        (await host.StatsAsync()).Leased.Should().Be(1);
        gate.SetResult();
        await host.Queue.EndedAsync("Complete");
        var stats = await host.StatsAsync();
        stats.Depth.Should().Be(0);
        stats.TotalCompleted.Should().Be(1);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_worker_that_runs_cannot_be_run_a_second_time_but_again_after_it_has_ended()
    {
        await using var host = new WorkerHost((_, _) => default);
        host.Start();

        var again = () => host.Worker.RunAsync(CancellationToken.None);
        var untilIdle = () => host.Worker.RunUntilIdleAsync();

        (await again.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*'documents' is running already*second worker*");
        (await untilIdle.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*'documents' is running already*");
        host.Stop();
        await host.Running;
        await host.Worker.RunUntilIdleAsync();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_worker_that_is_stopped_before_it_runs_receives_nothing()
    {
        await using var host = new WorkerHost((_, _) => default);
        await host.EnqueueAsync("a");

        await host.Worker.RunAsync(new CancellationToken(canceled: true));

        host.Queue.Begun("Receive").Should().BeEmpty();
        (await host.StatsAsync()).Ready.Should().Be(1);
    }
}
