using FluentAssertions;
using Pipeline.RateLimiting;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

/// <summary>What calls take of their token limits, and what they settle.</summary>
public sealed class StepLimitTokenTests : IDisposable
{
    private const long Limit = 1_000;
    private const long Estimate = 100;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly RateLimitRule Tokens = RateLimitRule.SlidingWindow(Limit, Minute);

    private readonly StepLimitHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData(30L)]
    [InlineData(0L)]
    [InlineData(100L)]
    [InlineData(250L)]
    public async Task A_call_reserves_its_estimate_and_settles_what_it_used(long used)
    {
        var during = 0L;
        var runner = Step(async context =>
        {
            during = await RemainingAsync();
            context.ReportUsage(new TokenUsage { UncachedInput = used });
        });

        var result = await runner.RunAsync(Estimate);

        during.Should().Be(Limit - Estimate);
        (await RemainingAsync()).Should().Be(Limit - used);
        result.RateLimits.Should().ContainSingle().Which.Remaining.Should().Be(Limit - Estimate);
    }

    [Fact]
    public async Task All_kinds_of_tokens_count_in_all_attempts()
    {
        var attempts = 0;
        var runner = Step(
            context =>
            {
                context.ReportUsage(new TokenUsage { UncachedInput = 1, CachedInput = 2, CacheWrite = 4, Output = 8, Reasoning = 16 });
                return ++attempts < 3 ? throw new InvalidOperationException("It failed.") : ValueTask.CompletedTask;
            },
            step => step.Retry(5, TimeSpan.Zero));

        await runner.RunAsync(Estimate);

        (await RemainingAsync()).Should().Be(Limit - (3 * 31));
    }

    [Fact]
    public async Task A_call_that_reports_nothing_keeps_its_estimate()
    {
        await Step(_ => ValueTask.CompletedTask).RunAsync(Estimate);

        (await RemainingAsync()).Should().Be(Limit - Estimate);
        _host.Backend.Calls.Should().Contain("Release").And.NotContain("Settle");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_that_fails_settles_what_it_reported_or_else_keeps_its_estimate(bool reports)
    {
        var runner = Step(context =>
        {
            if (reports)
            {
                context.ReportUsage(new TokenUsage { Output = 7 });
            }

            throw new FormatException();
        });

        await FluentActions.Awaiting(() => runner.RunAsync(Estimate).AsTask()).Should().ThrowAsync<FormatException>();

        (await RemainingAsync()).Should().Be(Limit - (reports ? 7 : Estimate));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_is_settled_all_the_same()
    {
        using var caller = new CancellationTokenSource();
        var runner = _host.Step<long, int>(
            async (_, context, token) =>
            {
                context.ReportUsage(new TokenUsage { Output = 7 });
                await caller.CancelAsync();
                token.ThrowIfCancellationRequested();
                return 0;
            },
            step => step.LimitTokens(Tokens, Partition.Everyone, input => input));

        await FluentActions.Awaiting(() => runner.RunAsync(Estimate, cancellationToken: caller.Token).AsTask())
            .Should().ThrowAsync<OperationCanceledException>();

        (await RemainingAsync()).Should().Be(Limit - 7);
    }

    [Theory]
    [InlineData(CacheOutcome.Hit)]
    [InlineData(CacheOutcome.StaleHit)]
    [InlineData(CacheOutcome.SemanticHit)]
    [InlineData(CacheOutcome.Shared)]
    [InlineData(CacheOutcome.NotUsed)]
    public async Task A_call_that_something_else_answers_uses_no_tokens(CacheOutcome outcome)
    {
        var runner = Step(
            _ => throw new InvalidOperationException("must not run"),
            step => step.Stage(_ => new FuncStage<long, int>(StepStageOrder.Cache, (_, context, _, _) =>
            {
                context.CacheOutcome = outcome;
                return new(1);
            })));

        await runner.RunAsync(Estimate);

        (await RemainingAsync()).Should().Be(Limit);
    }

    [Fact]
    public async Task A_call_that_is_refused_before_the_step_is_tried_uses_no_tokens()
    {
        var runner = Step(_ => throw new FormatException(), step => step.CircuitBreaker(0.1, minimumThroughput: 2));
        for (var i = 0; i < 2; i++)
        {
            await FluentActions.Awaiting(() => runner.RunAsync(Estimate).AsTask()).Should().ThrowAsync<FormatException>();
        }

        await FluentActions.Awaiting(() => runner.RunAsync(Estimate).AsTask()).Should().ThrowAsync<StepRejectedException>();

        (await RemainingAsync()).Should().Be(Limit - (2 * Estimate));
    }

    [Fact]
    public async Task A_stale_answer_whose_run_goes_on_keeps_its_estimate()
    {
        var runner = Step(
            _ => ValueTask.CompletedTask,
            step => step.Stage(_ => new FuncStage<long, int>(StepStageOrder.Cache, async (input, context, next, token) =>
            {
                await next(input, context, token);
                context.CacheOutcome = CacheOutcome.StaleHit;
                return 1;
            })));

        await runner.RunAsync(Estimate);

        (await RemainingAsync()).Should().Be(Limit - Estimate, "nobody knows yet what the run uses");
    }

    [Fact]
    public async Task Debt_is_waited_for()
    {
        var runner = Step(context =>
        {
            context.ReportUsage(new TokenUsage { Output = 2 * Limit });
            return ValueTask.CompletedTask;
        });
        await runner.RunAsync(Estimate);

        await FluentActions.Awaiting(() => runner.RunAsync(0).AsTask()).Should().ThrowAsync<RateLimitRejectedException>();
    }

    [Fact]
    public async Task An_estimate_above_the_limit_takes_it_whole_and_absurd_usage_does_no_harm()
    {
        var runner = Step(async context =>
        {
            (await RemainingAsync()).Should().Be(0);
            context.ReportUsage(new TokenUsage { UncachedInput = long.MaxValue, Output = long.MaxValue });
        });

        await FluentActions.Awaiting(() => runner.RunAsync(50 * Limit).AsTask()).Should().NotThrowAsync();

        (await RemainingAsync()).Should().Be(0);
    }

    [Fact]
    public async Task Every_token_limit_is_settled_and_fixed_costs_stand()
    {
        var calls = RateLimitRule.SlidingWindow(10, Minute);
        var more = RateLimitRule.TokenBucket(5_000, Minute);
        var runner = Step(
            context =>
            {
                context.ReportUsage(new TokenUsage { Output = 40 });
                return ValueTask.CompletedTask;
            },
            step => step.Limit(calls, Partition.Everyone, 4).LimitTokens(more, Partition.Tenant, input => 3 * input));

        await runner.RunAsync(Estimate);

        var (reservation, costs) = _host.Backend.Settled.Should().ContainSingle().Subject;
        reservation.Request.Dimensions.ToArray().Select(d => (d.Rule, d.Cost, d.IsEstimate))
            .Should().Equal((Tokens, Estimate, true), (calls, 4, false), (more, 3 * Estimate, true));
        (costs[0], costs[2]).Should().Be((40, 40));
    }

    [Fact]
    public async Task A_settlement_that_fails_is_logged_and_counted_and_the_call_succeeds()
    {
        var runner = Step(_ =>
        {
            _host.Backend.Fails = true;
            return ValueTask.CompletedTask;
        });

        await FluentActions.Awaiting(() => runner.RunAsync(Estimate).AsTask()).Should().NotThrowAsync();

        _host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 4010).Which.Text.Should().Contain("'answer'");
        _host.Measured.Of("pipeline.rate_limit.unsettled").Should().ContainSingle();
    }

    [Fact]
    public async Task A_settlement_that_hangs_is_waited_for_no_longer_than_the_budget_and_goes_on()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var runner = Step(_ =>
        {
            _host.Backend.EndGate = gate.Task;
            return ValueTask.CompletedTask;
        });

        var call = runner.RunAsync(Estimate).AsTask();
        await _host.Clock.TimerSetAsync(FallbackHost.Budget);
        call.IsCompleted.Should().BeFalse();
        _host.Clock.Advance(FallbackHost.Budget);
        await call;

        _host.Logs.Incidents.Should().BeEmpty();
        gate.SetResult();
        await _host.Backend.EndedAsync();
    }

    private IStepRunner<long, int> Step(Func<StepContext, ValueTask> execute, Action<StepBuilder<long, int>>? configure = null) =>
        _host.Step<long, int>(
            async (_, context, _) =>
            {
                await execute(context);
                return 1;
            },
            step =>
            {
                step.LimitTokens(Tokens, Partition.Everyone, input => input);
                configure?.Invoke(step);
            });

    /// <summary>What remains of the step's tokens.</summary>
    private async Task<long> RemainingAsync()
    {
        var isAway = _host.Backend.Fails;
        _host.Backend.Fails = false;
        var decision = await _host.Backend.PeekAsync(new RateLimitDimension("step:6:answer:tokens", Tokens, 0));
        _host.Backend.Fails = isAway;
        return decision.Remaining;
    }
}
