using FluentAssertions;
using Xunit;

namespace Pipeline.Steps;

public sealed class StepTimeoutTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly StepHost _host = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_step_that_heeds_its_token_is_stopped_and_the_caller_learns_step_and_budget()
    {
        var runner = _host.Step<int, int>(
            async (_, _, token) =>
            {
                _started.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return 0;
            },
            step => step.Timeout(Long));

        var run = runner.RunAsync(0).AsTask();
        await _started.Task;
        _host.Clock.Advance(Long);

        var thrown = await FluentActions.Awaiting(() => run).Should().ThrowAsync<StepTimeoutException>();
        thrown.Which.Step.Should().Be("answer");
        thrown.Which.Timeout.Should().Be(Long);
        thrown.Which.Message.Should().Be("Step 'answer' did not answer within 30 s. Make it faster, or raise its time-out.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_step_that_never_returns_holds_nobody(bool perAttempt)
    {
        var runner = _host.Step<int, int>(NeverHeedingAsync, step => step.Timeout(perAttempt ? null : Long, perAttempt ? Long : null));

        var run = runner.RunAsync(0).AsTask();
        await _started.Task;
        _host.Clock.Advance(Long);

        (await FluentActions.Awaiting(() => run).Should().ThrowAsync<StepTimeoutException>()).Which.Timeout.Should().Be(Long);
        _end.SetResult(0);
    }

    [Fact]
    public async Task A_step_that_blocks_its_thread_holds_nobody()
    {
        using var release = new ManualResetEventSlim();
        var ended = new TaskCompletionSource();
        var runner = _host.Step<int, int>(
            (_, _, _) =>
            {
                _started.SetResult();
                release.Wait(CancellationToken.None);
                ended.SetResult();
                return ValueTask.FromResult(0);
            },
            step => step.Timeout(Long));

        var run = runner.RunAsync(0).AsTask();
        await _started.Task;
        _host.Clock.Advance(Long);

        await FluentActions.Awaiting(() => run).Should().ThrowAsync<StepTimeoutException>();
        release.Set();
        await ended.Task;
    }

    [Fact]
    public async Task A_caller_who_cancels_is_not_held_either_and_gets_a_cancellation()
    {
        using var caller = new CancellationTokenSource();
        var runner = _host.Step<int, int>(NeverHeedingAsync, step => step.Timeout(Long));

        var run = runner.RunAsync(0, cancellationToken: caller.Token).AsTask();
        await _started.Task;
        await caller.CancelAsync();

        (await FluentActions.Awaiting(() => run).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(caller.Token);
        _end.SetResult(0);
    }

    [Fact]
    public async Task What_was_left_behind_is_counted_until_it_ends_and_what_it_throws_is_observed()
    {
        using var metrics = new MeasurementCollector(_host.Meters);
        var unobserved = 0;
        void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs e) =>
            _ = e.Exception.InnerException is OrphanException ? Interlocked.Increment(ref unobserved) : 0;
        TaskScheduler.UnobservedTaskException += OnUnobserved;
        try
        {
            await TimeOutAsync();
            metrics.Of("pipeline.step.orphans").Should().Equal((1, "pipeline.step=answer"));

            _end.SetException(new OrphanException());
            await metrics.CountReachedAsync("pipeline.step.orphans", 2);
            metrics.Of("pipeline.step.orphans").Last().Should().Be((-1, "pipeline.step=answer"));

            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            unobserved.Should().Be(0);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= OnUnobserved;
        }
    }

    [Fact]
    public async Task What_was_left_behind_keeps_its_context_to_itself()
    {
        StepContext? orphaned = null;
        var runner = _host.Step<int, int>(
            async (input, context, _) =>
            {
                orphaned = context;
                if (context.Attempt == 1)
                {
                    _started.SetResult();
                    await _end.Task;
                }

                return input;
            },
            step => step.Timeout(attempt: Short).Retry(1, TimeSpan.Zero));

        var run = runner.RunAsync(0).AsTask();
        await _started.Task;
        _host.Clock.Advance(Short);
        (await run).Attempts.Should().Be(2);

        orphaned!.IsRetained.Should().BeTrue("the attempt that was left behind still holds it, though the call has succeeded");
        _end.SetResult(0);
    }

    [Fact]
    public async Task An_attempt_that_times_out_is_repeated_within_the_total()
    {
        var attempts = 0;
        var runner = _host.Step<int, int>(
            async (_, _, token) =>
            {
                if (++attempts == 1)
                {
                    _started.SetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, token);
                }

                return attempts;
            },
            step => step.Timeout(total: Long, attempt: Short).Retry(3, TimeSpan.Zero));

        var run = runner.RunAsync(0).AsTask();
        await _started.Task;
        _host.Clock.Advance(Short);

        (await run).Attempts.Should().Be(2);
    }

    [Fact]
    public async Task The_total_ends_the_waits_between_attempts_too()
    {
        var runner = _host.Step<int, int>(
            (_, _, _) => throw new FormatException(), step => step.Timeout(Short).Retry(3, delay: Long, useJitter: false));

        var run = runner.RunAsync(0).AsTask();
        await _host.Clock.TimerSetAsync(Long);
        _host.Clock.Advance(Short);

        (await FluentActions.Awaiting(() => run).Should().ThrowAsync<StepTimeoutException>()).Which.Timeout.Should().Be(Short);
    }

    [Theory]
    [InlineData("slow", 60)]
    [InlineData("unnamed", 30)]
    [InlineData(null, 30)]
    public async Task A_model_can_have_a_total_of_its_own(string? model, int seconds)
    {
        var runner = _host.Step<int, int>(
            NeverHeedingAsync, step => step.Timeout(Long).ModelTimeout("slow", TimeSpan.FromSeconds(60)).Model(_ => model));

        var run = runner.RunAsync(0).AsTask();
        await _started.Task;
        _host.Clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
        run.IsCompleted.Should().BeFalse();
        _host.Clock.Advance(TimeSpan.FromTicks(1));

        (await FluentActions.Awaiting(() => run).Should().ThrowAsync<StepTimeoutException>())
            .Which.Timeout.Should().Be(TimeSpan.FromSeconds(seconds));
        _end.SetResult(0);
    }

    [Fact]
    public async Task A_time_out_for_one_model_bounds_no_other()
    {
        var runner = _host.Step<string, int>(
            (_, _, token) =>
            {
                _started.TrySetResult();
                return new ValueTask<int>(_end.Task.WaitAsync(token));
            },
            step => step.ModelTimeout("slow", Short).Model(model => model));

        var run = runner.RunAsync("fast").AsTask();
        await _started.Task;
        _host.Clock.Advance(TimeSpan.FromDays(2));
        _end.SetResult(7);

        (await run).Value.Should().Be(7);
    }

    private async ValueTask<int> NeverHeedingAsync(int input, StepContext context, CancellationToken cancellationToken)
    {
        _started.SetResult();
        return await _end.Task;
    }

    // In a method of its own, so that no local keeps the tasks from being collected.
    private async Task TimeOutAsync()
    {
        var runner = _host.Step<int, int>(NeverHeedingAsync, step => step.Timeout(Long));
        var run = runner.RunAsync(0).AsTask();
        await _started.Task;
        _host.Clock.Advance(Long);
        await FluentActions.Awaiting(() => run).Should().ThrowAsync<StepTimeoutException>();
    }

    private sealed class OrphanException : Exception;
}
