using FluentAssertions;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

/// <content>Streams that do not reach their end, or are too large.</content>
public sealed partial class StepCacheStreamingTests
{
    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_stream_that_is_left_early_is_not_kept()
    {
        await using var host = Host();
        var runner = host.StreamingRunner<int, Reply>();

        await foreach (var item in runner.RunAsync(3))
        {
            if (item.Text.EndsWith('3'))
            {
                break;
            }
        }

        (await ToListAsync(runner.RunAsync(3))).First().Text.Should().Be("2.1");
        host.Sink.Records.First().Outcome.Should().Be(CallOutcome.Succeeded);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_stream_that_fails_is_not_kept()
    {
        await using var host = Host();
        var runner = host.StreamingRunner<int, Reply>();
        _failAt = 2;

        await FluentActions.Awaiting(() => ToListAsync(runner.RunAsync(3))).Should().ThrowAsync<FormatException>();
        _failAt = int.MaxValue;

        (await ToListAsync(runner.RunAsync(3))).Should().HaveCount(3);
        _runs.Should().Be(2);
        host.Sink.Records.First().Cache.Should().Be(CacheOutcome.Miss);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_stream_that_is_cancelled_is_not_kept()
    {
        await using var host = Host();
        var runner = host.StreamingRunner<int, Reply>();
        using var caller = new CancellationTokenSource();

        await FluentActions.Awaiting(async () =>
        {
            await foreach (var item in runner.RunAsync(3, cancellationToken: caller.Token))
            {
                await caller.CancelAsync();
            }
        }).Should().ThrowAsync<OperationCanceledException>();

        (await ToListAsync(runner.RunAsync(3))).Should().HaveCount(3);
        _runs.Should().Be(2);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_replay_can_be_cancelled_between_two_items()
    {
        await using var host = Host();
        var runner = host.StreamingRunner<int, Reply>();
        await ToListAsync(runner.RunAsync(3));
        using var caller = new CancellationTokenSource();
        var items = 0;

        (await FluentActions.Awaiting(async () =>
        {
            await foreach (var item in runner.RunAsync(3, cancellationToken: caller.Token))
            {
                items++;
                await caller.CancelAsync();
            }
        }).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(caller.Token);

        items.Should().Be(1);
        host.Sink.Records.Last().Outcome.Should().Be(CallOutcome.Canceled);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_stream_that_is_larger_than_the_cache_takes_goes_through_and_is_not_kept()
    {
        await using var host = Host(size: 400_000);
        var runner = host.StreamingRunner<int, Reply>();

        (await ToListAsync(runner.RunAsync(3))).Should().HaveCount(3);
        (await ToListAsync(runner.RunAsync(3))).Should().HaveCount(3);
        (await ToListAsync(runner.RunAsync(2))).Should().HaveCount(2);
        (await ToListAsync(runner.RunAsync(2))).Should().HaveCount(2);

        _runs.Should().Be(3, "two such items fit into a mebibyte, three do not");
    }
}
