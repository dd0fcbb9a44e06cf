using FluentAssertions;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Steps;

public sealed class StepCircuitBreakerTests : IDisposable
{
    private static readonly TimeSpan Break = TimeSpan.FromSeconds(10);

    private readonly StepHost _host = new();
    private Exception? _failure = new FormatException();
    private int _attempts;

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_step_that_keeps_failing_is_left_alone_until_the_break_is_over()
    {
        var runner = Runner(step => { });
        await FailAsync(runner, 4);

        var refused = await FluentActions.Awaiting(() => runner.RunAsync(0).AsTask()).Should().ThrowAsync<StepRejectedException>();
        refused.Which.Reason.Should().Be(StepRejectionReason.CircuitOpen);
        refused.Which.RetryAfter.Should().BePositive().And.BeLessThanOrEqualTo(Break);
        _attempts.Should().Be(4, "the refused call did not reach the step");

        _failure = null;
        _host.Clock.Advance(Break);
        (await runner.RunAsync(7)).Value.Should().Be(7);
        _host.Logs.Incidents.Select(e => e.Id).Should().Equal(1001, 1002);
    }

    [Fact]
    public async Task An_open_circuit_ends_the_retries_of_a_call()
    {
        var runner = Runner(step => step.Retry(50, TimeSpan.Zero));

        await FluentActions.Awaiting(() => runner.RunAsync(0).AsTask()).Should().ThrowAsync<StepRejectedException>();

        _attempts.Should().Be(4);
        _host.Logs.Entries.Count(e => e.Id == 1000).Should().Be(4, "the refusal is not repeated");
    }

    [Fact]
    public async Task Refusals_and_cancellations_do_not_open_it()
    {
        CancellationTokenSource? caller = null;
        var isCancelling = false;
        var runner = _host.Step<int, int>(
            (input, _, token) =>
            {
                if (isCancelling)
                {
                    caller!.Cancel();
                    token.ThrowIfCancellationRequested();
                }

                return _failure is null ? ValueTask.FromResult(input) : throw _failure;
            },
            step => step.CircuitBreaker(0.5, 4, TimeSpan.FromSeconds(60), Break));
        _failure = new RateLimitRejectedException(default);
        await FailAsync(runner, 10);
        isCancelling = true;
        for (var i = 0; i < 10; i++)
        {
            using var fresh = caller = new CancellationTokenSource();
            await FluentActions.Awaiting(() => runner.RunAsync(0, cancellationToken: fresh.Token).AsTask())
                .Should().ThrowAsync<OperationCanceledException>();
        }

        isCancelling = false;
        _failure = null;
        (await runner.RunAsync(7)).Value.Should().Be(7);
    }

    [Fact]
    public async Task Calls_that_run_out_of_their_total_open_it()
    {
        var started = new SemaphoreSlim(0);
        var runner = _host.Step<int, int>(
            async (_, _, token) =>
            {
                started.Release();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return 0;
            },
            step => step.Timeout(TimeSpan.FromSeconds(1)).CircuitBreaker(0.5, 4, TimeSpan.FromSeconds(60), Break));
        for (var i = 0; i < 4; i++)
        {
            var run = runner.RunAsync(0).AsTask();
            await started.WaitAsync();
            _host.Clock.Advance(TimeSpan.FromSeconds(1));
            await FluentActions.Awaiting(() => run).Should().ThrowAsync<StepTimeoutException>();
        }

        (await FluentActions.Awaiting(() => runner.RunAsync(0).AsTask()).Should().ThrowAsync<StepRejectedException>())
            .Which.Reason.Should().Be(StepRejectionReason.CircuitOpen);
    }

    private static async Task FailAsync(IStepRunner<int, int> runner, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await FluentActions.Awaiting(() => runner.RunAsync(0).AsTask()).Should().ThrowAsync<Exception>();
        }
    }

    private IStepRunner<int, int> Runner(Action<StepBuilder<int, int>> configure) => _host.Step(
        (input, _, _) =>
        {
            _attempts++;
            return _failure is null ? ValueTask.FromResult(input) : throw _failure;
        },
        (StepBuilder<int, int> step) => configure(step.CircuitBreaker(0.5, 4, TimeSpan.FromSeconds(60), Break)));
}
