using System.Runtime.CompilerServices;
using FluentAssertions;
using Pipeline.Telemetry;
using Polly;
using Xunit;

namespace Pipeline.Steps;

/// <summary>How long a streaming step may take, and who can end it.</summary>
public sealed partial class StreamingStepTests
{
    [Fact]
    public async Task An_attempt_without_a_first_item_in_time_is_repeated_and_left_behind()
    {
        using var metrics = new MeasurementCollector(_host.Meters);
        var runner = _host.StreamingStep<int, int>(HangingAsync, step => step.Timeout(attempt: Short).Retry(1, TimeSpan.Zero));

        var run = ToListAsync(runner.RunAsync(0));
        await _started.WaitAsync();
        _host.Clock.Advance(Short);
        await _started.WaitAsync();
        _host.Clock.Advance(Short);

        (await FluentActions.Awaiting(() => run).Should().ThrowAsync<StepTimeoutException>()).Which.Timeout.Should().Be(Short);
        metrics.Of("pipeline.step.orphans").Select(m => m.Value).Should().Equal(1, 1);
        _disposed.Should().Be(0, "an enumerator must not be disposed while it moves");
        _end.SetResult();
        await metrics.CountReachedAsync("pipeline.step.orphans", 4);

        _disposed.Should().Be(2, "each is disposed when it ends");
        _sink.Records.Single().Outcome.Should().Be(CallOutcome.TimedOut);
    }

    [Fact]
    public async Task The_attempt_time_out_ends_with_the_first_item_and_the_total_goes_on()
    {
        var runner = _host.StreamingStep<int, int>(OneThenHangAsync, step => step.Timeout(total: Long, attempt: Short));

        await using var items = runner.RunAsync(0).GetAsyncEnumerator();
        (await items.MoveNextAsync()).Should().BeTrue();
        var next = items.MoveNextAsync().AsTask();
        await _started.WaitAsync();
        _host.Clock.Advance(Short);
        next.IsCompleted.Should().BeFalse();
        _host.Clock.Advance(Long);

        (await FluentActions.Awaiting(() => next).Should().ThrowAsync<StepTimeoutException>()).Which.Timeout.Should().Be(Long);
        _end.SetResult();
    }

    [Fact]
    public async Task The_caller_can_cancel_a_step_that_takes_no_notice()
    {
        using var caller = new CancellationTokenSource();
        var runner = _host.StreamingStep<int, int>(OneThenHangAsync, step => step.Timeout(Long));

        await using var items = runner.RunAsync(0, cancellationToken: caller.Token).GetAsyncEnumerator();
        (await items.MoveNextAsync()).Should().BeTrue();
        var next = items.MoveNextAsync().AsTask();
        await _started.WaitAsync();
        await caller.CancelAsync();

        (await FluentActions.Awaiting(() => next).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(caller.Token);
        await items.DisposeAsync();
        _sink.Records.Single().Outcome.Should().Be(CallOutcome.Canceled);
        _end.SetResult();
    }

    [Fact]
    public async Task Both_tokens_cancel_that_of_the_run_and_that_of_the_enumeration()
    {
        using var run = new CancellationTokenSource();
        using var enumeration = new CancellationTokenSource();
        var runner = _host.StreamingStep<int, int>(CountAsync);
        await using var items = runner.RunAsync(9, cancellationToken: run.Token).GetAsyncEnumerator(enumeration.Token);
        await items.MoveNextAsync();

        await enumeration.CancelAsync();
        await FluentActions.Awaiting(() => items.MoveNextAsync().AsTask()).Should().ThrowAsync<OperationCanceledException>();
        await run.CancelAsync();
        await FluentActions.Awaiting(() => ToListAsync(runner.RunAsync(9, cancellationToken: run.Token)))
            .Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_stream_holds_its_place_among_the_concurrent_calls_until_it_ends()
    {
        var runner = _host.StreamingStep<int, int>(CountAsync, step => step.Concurrency(1, maxQueued: 0));
        var first = runner.RunAsync(2).GetAsyncEnumerator();
        await first.MoveNextAsync();

        (await FluentActions.Awaiting(() => ToListAsync(runner.RunAsync(2))).Should().ThrowAsync<StepRejectedException>())
            .Which.Reason.Should().Be(StepRejectionReason.Overloaded);
        await first.DisposeAsync();

        (await ToListAsync(runner.RunAsync(2))).Should().Equal(1, 2);
    }

    [Fact]
    public async Task A_pipeline_of_ones_own_holds_for_the_way_to_the_first_item()
    {
        var own = new ResiliencePipelineBuilder { TimeProvider = _host.Clock }
            .AddRetry(new() { MaxRetryAttempts = 1, Delay = TimeSpan.Zero })
            .AddTimeout(Short)
            .Build();
        var runner = _host.StreamingStep<int, int>(OneThenHangAsync, step => step.Resilience(own));

        await using var items = runner.RunAsync(0).GetAsyncEnumerator();
        (await items.MoveNextAsync()).Should().BeTrue();
        var next = items.MoveNextAsync().AsTask();
        await _started.WaitAsync();
        _host.Clock.Advance(Long);
        next.IsCompleted.Should().BeFalse();
        _end.SetResult();

        (await next).Should().BeFalse();
    }

    [Fact]
    public async Task A_model_can_have_a_total_of_its_own()
    {
        var runner = _host.StreamingStep<int, int>(HangingAsync, step => step.Timeout(Short).ModelTimeout("slow", Long).Model(_ => "slow"));

        var run = ToListAsync(runner.RunAsync(0));
        await _started.WaitAsync();
        _host.Clock.Advance(Short);
        run.IsCompleted.Should().BeFalse();
        _host.Clock.Advance(Long);

        (await FluentActions.Awaiting(() => run).Should().ThrowAsync<StepTimeoutException>()).Which.Timeout.Should().Be(Long);
        _end.SetResult();
    }

    [Fact]
    public async Task The_token_of_the_step_stays_its_own_after_the_first_item()
    {
        var tokens = new List<CancellationToken>();
        var runner = _host.StreamingStep<int, int>(
            (_, _, token) =>
            {
                tokens.Add(token);
                return CountAsync(2, new StepContext("x"), token);
            },
            step => step.Timeout(attempt: Long));

        await using var items = runner.RunAsync(0).GetAsyncEnumerator();
        await items.MoveNextAsync();
        _host.Clock.Advance(Long + Long);

        tokens.Single().IsCancellationRequested.Should().BeFalse();
        (await items.MoveNextAsync()).Should().BeTrue();
    }

    private async IAsyncEnumerable<int> HangingAsync(
        int input, StepContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            _started.Release();
            await _end.Task;
            yield return input;
        }
        finally
        {
            Interlocked.Increment(ref _disposed);
        }
    }

    private async IAsyncEnumerable<int> OneThenHangAsync(
        int input, StepContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return input;
        _started.Release();
        await _end.Task;
    }
}
