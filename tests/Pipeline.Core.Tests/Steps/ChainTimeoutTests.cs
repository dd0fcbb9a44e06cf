using FluentAssertions;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Steps;

public sealed class ChainTimeoutTests : IDisposable
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(30);

    private readonly StepHost _host = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_step_that_never_returns_fails_its_item_when_the_time_is_out()
    {
        using var metrics = new MeasurementCollector(_host.Meters);
        var ranOn = false;
        using var chain = _host.Chain<string>(c => c.Timeout(Budget).Append("a").Then("b", HangAsync).Then("c", (item, _, _) =>
        {
            ranOn = true;
            return ValueTask.FromResult(ChainResult.Continue(item));
        }));

        var run = chain.RunAsync("").AsTask();
        await _started.Task;
        _host.Clock.Advance(Budget);
        var outcome = await run;

        var error = outcome.Error.Should().BeOfType<ChainTimeoutException>().Subject;
        (error.Chain, error.Step, error.Timeout).Should().Be(("ingest", "b", Budget));
        error.Message.Should().Be(
            "Chain 'ingest' did not end within 30 s; its step 'b' was running. Make the step faster, or raise the chain's Timeout.");
        outcome.FailedStep.Should().Be("b");
        outcome.ResumeStep.Should().Be("b");
        outcome.Item.Should().Be("a");
        outcome.CanRetry.Should().BeTrue();
        metrics.Of("pipeline.chain.duration").Should().Equal((30, "pipeline.chain=ingest pipeline.outcome=timed_out"));
        metrics.Of("pipeline.step.orphans").Should().Equal((1, "pipeline.chain=ingest"));

        _end.SetResult();
        await metrics.CountReachedAsync("pipeline.step.orphans", 2);
        metrics.Of("pipeline.step.orphans").Last().Should().Be((-1, "pipeline.chain=ingest"));
        ranOn.Should().BeFalse("a run that was given up begins no further step");
    }

    [Fact]
    public async Task A_step_that_blocks_its_thread_holds_nobody_either()
    {
        using var release = new ManualResetEventSlim();
        var ended = new TaskCompletionSource();
        using var chain = _host.Chain<string>(c => c.Timeout(Budget).Then("a", (item, _, _) =>
        {
            _started.SetResult();
            release.Wait(CancellationToken.None);
            ended.SetResult();
            return ValueTask.FromResult(ChainResult.Continue(item));
        }));

        var run = chain.RunAsync("").AsTask();
        await _started.Task;
        _host.Clock.Advance(Budget);

        (await run).Error.Should().BeOfType<ChainTimeoutException>();
        release.Set();
        await ended.Task;
    }

    [Fact]
    public async Task What_was_left_behind_can_add_no_follow_up()
    {
        var refused = new TaskCompletionSource<Exception?>();
        using var chain = _host.Chain<string>(c => c.Timeout(Budget).Then("a", async (item, context, _) =>
        {
            _started.SetResult();
            await _end.Task;
            try
            {
                context.FollowUp("q", new QueueMessage(default));
                refused.SetResult(null);
            }
            catch (InvalidOperationException e)
            {
                refused.SetResult(e);
            }

            return ChainResult.Continue(item);
        }));

        var run = chain.RunAsync("").AsTask();
        await _started.Task;
        _host.Clock.Advance(Budget);
        (await run).FollowUps.Should().BeEmpty();
        _end.SetResult();

        (await refused.Task).Should().NotBeNull();
    }

    [Fact]
    public async Task A_caller_who_cancels_a_chain_with_a_time_out_is_not_held()
    {
        using var caller = new CancellationTokenSource();
        using var chain = _host.Chain<string>(c => c.Timeout(Budget).Then("a", HangAsync));

        var run = chain.RunAsync("", cancellationToken: caller.Token).AsTask();
        await _started.Task;
        await caller.CancelAsync();

        (await FluentActions.Awaiting(() => run).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(caller.Token);
        _end.SetResult();
    }

    [Fact]
    public async Task Within_the_time_the_outcome_is_that_of_the_steps()
    {
        using var chain = _host.Chain<string>(c => c.Timeout(Budget).Append("a").Then("b", (_, _, _) => throw new FormatException()));

        var outcome = await chain.RunAsync("");

        outcome.Error.Should().BeOfType<FormatException>();
        outcome.Item.Should().Be("a");
    }

    private async ValueTask<ChainResult<string>> HangAsync(string item, ChainContext context, CancellationToken cancellationToken)
    {
        _started.SetResult();
        await _end.Task;
        return ChainResult.Continue(item);
    }
}
