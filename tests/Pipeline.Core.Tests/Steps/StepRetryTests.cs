using FluentAssertions;
using Microsoft.Extensions.Logging;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Steps;

public sealed class StepRetryTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly StepHost _host = new();
    private int _attempts;

    public static TheoryData<Exception> NeverRetried =>
    [
        new RateLimitRejectedException(Denial()),
        new UnprocessableMessageException("no use"),
        new StepRejectedException("inner", StepRejectionReason.InvalidInput, "no use"),
    ];

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_failed_attempt_is_repeated_after_delays_that_double_up_to_the_longest()
    {
        var runner = Failing(times: 4, step => step.Retry(5, Second, maxDelay: TimeSpan.FromSeconds(3), useJitter: false));

        var run = runner.RunAsync(0).AsTask();
        foreach (var delay in new[] { 1, 2 })
        {
            await _host.Clock.TimerSetAsync(TimeSpan.FromSeconds(delay));
            run.IsCompleted.Should().BeFalse();
            _host.Clock.Advance(TimeSpan.FromSeconds(delay));
        }

        for (var i = 1; i <= 2; i++)
        {
            await _host.Clock.TimerSetAsync(TimeSpan.FromSeconds(3), i);
            _host.Clock.Advance(TimeSpan.FromSeconds(3));
        }

        var result = await run;
        result.Value.Should().Be(5);
        result.Attempts.Should().Be(5);
        result.Duration.Should().Be(TimeSpan.FromSeconds(9));
    }

    [Fact]
    public async Task The_last_failure_reaches_the_caller_as_it_is()
    {
        var runner = Failing(times: 9, step => step.Retry(2, TimeSpan.Zero));

        var thrown = await FluentActions.Awaiting(() => runner.RunAsync(0).AsTask()).Should().ThrowAsync<FormatException>();

        thrown.Which.Message.Should().Be("attempt 3");
        thrown.Which.StackTrace.Should().Contain(nameof(StepRetryTests), "where it was thrown must not get lost");
        _attempts.Should().Be(3);
    }

    [Theory]
    [MemberData(nameof(NeverRetried))]
    public async Task A_refusal_and_what_is_unprocessable_is_never_repeated(Exception failure)
    {
        var runner = _host.Step<int, int>(
            (_, _, _) =>
            {
                _attempts++;
                throw failure;
            },
            step => step.Retry(3, TimeSpan.Zero, when: _ => true));

        var thrown = await FluentActions.Awaiting(() => runner.RunAsync(0).AsTask()).Should().ThrowAsync<Exception>();

        thrown.Which.Should().BeSameAs(failure);
        _attempts.Should().Be(1);
    }

    [Fact]
    public async Task What_the_caller_cancelled_is_not_repeated_and_ends_with_the_callers_token()
    {
        using var caller = new CancellationTokenSource();
        var runner = _host.Step<int, int>(
            (_, _, token) =>
            {
                _attempts++;
                caller.Cancel();
                token.ThrowIfCancellationRequested();
                return default;
            },
            step => step.Retry(3, TimeSpan.Zero));

        var thrown = await FluentActions.Awaiting(() => runner.RunAsync(0, cancellationToken: caller.Token).AsTask())
            .Should().ThrowAsync<OperationCanceledException>();

        thrown.Which.CancellationToken.Should().Be(caller.Token);
        _attempts.Should().Be(1);
    }

    [Fact]
    public async Task The_caller_can_cancel_the_wait_for_the_next_attempt()
    {
        using var caller = new CancellationTokenSource();
        var runner = Failing(times: 9, step => step.Retry(3, Second, useJitter: false));

        var run = runner.RunAsync(0, cancellationToken: caller.Token).AsTask();
        await _host.Clock.TimerSetAsync(Second);
        await caller.CancelAsync();

        (await FluentActions.Awaiting(() => run).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(caller.Token);
        _attempts.Should().Be(1);
    }

    [Fact]
    public async Task A_cancellation_that_is_not_the_callers_is_a_failure_like_any_other()
    {
        var runner = _host.Step<int, int>(
            (_, _, _) => ++_attempts < 2 ? throw new TaskCanceledException("an HTTP client's own time-out") : ValueTask.FromResult(_attempts),
            step => step.Retry(3, TimeSpan.Zero));

        (await runner.RunAsync(0)).Attempts.Should().Be(2);
    }

    [Fact]
    public async Task The_step_can_say_which_failures_are_worth_it()
    {
        var runner = Failing(times: 9, step => step.Retry(3, TimeSpan.Zero, when: e => e is not FormatException));

        await FluentActions.Awaiting(() => runner.RunAsync(0).AsTask()).Should().ThrowAsync<FormatException>();

        _attempts.Should().Be(1);
    }

    [Fact]
    public async Task Usage_of_all_attempts_adds_up_and_each_sees_its_number()
    {
        var numbers = new List<int>();
        var runner = _host.Step<int, int>(
            (_, context, _) =>
            {
                numbers.Add(context.Attempt);
                context.ReportUsage(new() { Output = 10 });
                return ++_attempts < 3 ? throw new FormatException() : ValueTask.FromResult(0);
            },
            step => step.Retry(3, TimeSpan.Zero));

        var result = await runner.RunAsync(0);

        numbers.Should().Equal(1, 2, 3);
        result.Usage.Output.Should().Be(30);
    }

    [Fact]
    public async Task A_repetition_is_logged_by_the_type_of_the_failure_not_its_text()
    {
        var runner = Failing(times: 1, step => step.Retry(3, TimeSpan.Zero));

        await runner.RunAsync(0);

        var entry = _host.Logs.Incidents.Should().ContainSingle().Subject;
        entry.Should().BeEquivalentTo((1000, LogLevel.Debug));
        entry.Text.Should().Contain("attempt 1 failed with FormatException").And.NotContain("attempt 1'");
    }

    private static RateLimitDecision Denial() => default;

    private IStepRunner<int, int> Failing(int times, Action<StepBuilder<int, int>> configure) => _host.Step(
        (_, _, _) => ++_attempts <= times ? throw new FormatException($"attempt {_attempts}") : ValueTask.FromResult(_attempts),
        configure);
}
