using FluentAssertions;
using Pipeline.RateLimiting;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

/// <summary>Which calls of a step its rate limits refuse.</summary>
public sealed class StepLimitTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly RateLimitRule Two = RateLimitRule.SlidingWindow(2, Minute);

    private readonly StepLimitHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_call_beyond_the_limit_is_refused_and_later_ones_are_granted_again()
    {
        var runner = _host.Step(step => step.Limit(Two, Partition.Everyone));

        (await StepLimitHost.CallUntilRefusedAsync(runner)).Should().Be(2);
        var refusal = await FluentActions.Awaiting(() => runner.RunAsync("").AsTask()).Should().ThrowAsync<RateLimitRejectedException>();

        refusal.Which.Decision.Rule.Should().Be(Two);
        _host.Clock.Advance(refusal.Which.RetryAfter);
        (await StepLimitHost.CallUntilRefusedAsync(runner)).Should().Be(2);
    }

    [Fact]
    public async Task The_decisions_are_in_the_result_and_a_refusal_is_metered_as_one()
    {
        var runner = _host.Step(step => step.Limit(Two, Partition.Everyone));

        var result = await runner.RunAsync("");
        await StepLimitHost.CallUntilRefusedAsync(runner);

        var decision = result.RateLimits.Should().ContainSingle().Subject;
        (decision.IsGranted, decision.Rule, decision.Remaining).Should().Be((true, Two, 1));
        _host.Sink.Records.Select(record => record.Outcome)
            .Should().Equal(CallOutcome.Succeeded, CallOutcome.Succeeded, CallOutcome.RateLimited);
    }

    [Fact]
    public async Task A_refused_call_runs_neither_the_step_nor_what_stands_between()
    {
        var ran = 0;
        var runner = _host.Step<int, int>(
            (input, _, _) => new(++ran),
            step => step
                .Limit(RateLimitRule.SlidingWindow(1, Minute), Partition.Everyone)
                .Retry(3)
                .Stage(_ => new FuncStage<int, int>(StepStageOrder.Cache, (input, context, next, token) =>
                {
                    ran += 10;
                    return next(input, context, token);
                })));
        await runner.RunAsync(1);

        await FluentActions.Awaiting(() => runner.RunAsync(1).AsTask()).Should().ThrowAsync<RateLimitRejectedException>();

        ran.Should().Be(11);
    }

    [Theory]
    [InlineData(Partition.Everyone, "acme ada|acme bob|other ada|acme -|other -")]
    [InlineData(Partition.Tenant, "acme ada|acme bob|acme -", "other ada|other -", "acm -")]
    [InlineData(Partition.User, "acme ada", "acme bob", "other ada", "acme -", "other -", "acm eada")]
    public async Task Calls_of_one_partition_share_a_budget_and_others_do_not(Partition partition, params string[] groups)
    {
        var calls = groups.SelectMany((group, number) => group.Split('|').Select(call => (number, Call(call)))).ToArray();
        var runner = _host.Step(step => step.Limit(RateLimitRule.SlidingWindow(1, Minute), partition));

        foreach (var (group, call) in calls)
        {
            var isFirst = Array.FindIndex(calls, other => other.number == group) == Array.IndexOf(calls, (group, call));
            (await StepLimitHost.CallUntilRefusedAsync(runner, call)).Should().Be(isFirst ? 1 : 0, "{0} is of group {1}", call, group);
        }
    }

    [Fact]
    public async Task A_key_of_ones_own_decides_alone()
    {
        var runner = _host.Step(step => step.Limit(Two, input => input[..1]));

        (await StepLimitHost.CallUntilRefusedAsync(runner, Call("acme ada"), "a1")).Should().Be(2);
        (await StepLimitHost.CallUntilRefusedAsync(runner, Call("other bob"), "a2")).Should().Be(0);
        (await StepLimitHost.CallUntilRefusedAsync(runner, Call("other bob"), "b")).Should().Be(2);
    }

    [Theory]
    [InlineData("a\nb", "a\tb")]
    [InlineData("+\ufffd", "+\ufffe")]
    [InlineData("", "x")]
    public async Task Any_text_is_a_key_and_different_ones_never_meet(string first, string second)
    {
        // An attribute cannot hold half of a surrogate pair.
        (first, second) = (first.Replace("+\ufffd", "\ud800"), second.Replace("+\ufffe", "\ud801"));
        var runner = _host.Step(step => step.Limit(Two, input => input));

        (await StepLimitHost.CallUntilRefusedAsync(runner, input: first)).Should().Be(2);
        (await StepLimitHost.CallUntilRefusedAsync(runner, input: second)).Should().Be(2);
    }

    [Fact]
    public async Task Long_names_of_steps_tenants_and_users_are_told_apart_too()
    {
        var name = new string('s', 512);
        var call = new CallContext { Tenant = new string('t', 512), User = new string('u', 512) };
        var runner = _host.Step(step => step.Limit(Two, Partition.User), name);

        (await StepLimitHost.CallUntilRefusedAsync(runner, call)).Should().Be(2);
        (await StepLimitHost.CallUntilRefusedAsync(runner, call with { User = new string('u', 511) })).Should().Be(2);
        (await StepLimitHost.CallUntilRefusedAsync(_host.Step(step => step.Limit(Two, Partition.Everyone), name))).Should().Be(2);
    }

    [Fact]
    public async Task Steps_do_not_share_budgets_whatever_their_names()
    {
        var acme = new CallContext { Tenant = "acme" };

        foreach (var name in new[] { "answer", "answer:calls", "answer:calls:tenant:acme", "rule:6:shared" })
        {
            var runner = _host.Step(step => step.Limit(Two, Partition.Tenant).Limit(Two, Partition.Everyone), name);
            (await StepLimitHost.CallUntilRefusedAsync(runner, acme)).Should().Be(2, "step '{0}' has its own", name);
        }
    }

    [Fact]
    public async Task Limits_of_one_step_do_not_share_budgets_though_rule_and_key_be_the_same()
    {
        var runner = _host.Step<string, string>(
            (input, context, _) =>
            {
                context.ReportUsage(new TokenUsage { Output = 1 });
                return new(input);
            },
            step => step
                .Limit(Two, Partition.Tenant)
                .Limit(Two, Partition.Tenant)
                .Limit(Two, input => input)
                .Limit(Two, input => input)
                .LimitTokens(Two, Partition.Tenant, _ => 1)
                .LimitTokens(Two, Partition.Tenant, _ => 1));

        (await StepLimitHost.CallUntilRefusedAsync(runner)).Should().Be(2);
    }

    [Fact]
    public async Task All_limits_are_taken_or_none()
    {
        var runner = _host.Step(step => step.Limit(RateLimitRule.SlidingWindow(3, Minute), Partition.Everyone).Limit(Two, Partition.Tenant));

        (await StepLimitHost.CallUntilRefusedAsync(runner, Call("acme -"))).Should().Be(2);
        (await StepLimitHost.CallUntilRefusedAsync(runner, Call("other -"))).Should().Be(1, "the refused call took nothing of everyone's");
        _host.Backend.Decisions.Should().Be(5, "each call is one request");
    }

    [Fact]
    public async Task A_call_can_cost_more()
    {
        var runner = _host.Step(step => step.Limit(RateLimitRule.SlidingWindow(10, Minute), Partition.Everyone, cost: 3));

        (await StepLimitHost.CallUntilRefusedAsync(runner)).Should().Be(3);
    }

    [Fact]
    public async Task A_call_counts_once_however_often_it_is_tried()
    {
        var attempts = 0;
        var runner = _host.Step<int, int>(
            (input, _, _) => ++attempts % 3 == 0 ? new(input) : throw new InvalidOperationException("It failed."),
            step => step.Limit(Two, Partition.Everyone).Retry(5, TimeSpan.Zero));

        (await runner.RunAsync(1)).Attempts.Should().Be(3);

        _host.Backend.Decisions.Should().Be(1);
        (await runner.RunAsync(1)).RateLimits.Should().ContainSingle().Which.Remaining.Should().Be(0);
    }

    [Fact]
    public async Task Invalid_input_costs_nothing()
    {
        var runner = _host.Step(step => step.Limit(Two, Partition.Everyone).Validate(input => input.Length > 0 ? null : "it is empty. Ask something."));

        await FluentActions.Awaiting(() => runner.RunAsync("").AsTask()).Should().ThrowAsync<StepRejectedException>();

        _host.Backend.Calls.Should().BeEmpty();
    }

    [Fact]
    public async Task A_call_that_a_cache_answers_counts()
    {
        var runner = _host.Step(step => step
            .Limit(Two, Partition.Everyone)
            .Stage(_ => new FuncStage<string, string>(StepStageOrder.Cache, (input, _, _, _) => new(input))));

        (await StepLimitHost.CallUntilRefusedAsync(runner)).Should().Be(2);
    }

    [Theory]
    [InlineData(RateLimitFallback.Allow, true)]
    [InlineData(RateLimitFallback.Deny, false)]
    public async Task While_the_backend_is_away_the_rules_fallback_decides(RateLimitFallback fallback, bool isGranted)
    {
        _host.Backend.Fails = true;
        var runner = _host.Step(step => step.Limit(Two.WhenUnavailable(fallback), Partition.Everyone));

        var call = FluentActions.Awaiting(() => runner.RunAsync("").AsTask());

        if (isGranted)
        {
            (await call.Should().NotThrowAsync()).Which.RateLimits.Should().ContainSingle().Which.IsDegraded.Should().BeTrue();
        }
        else
        {
            (await call.Should().ThrowAsync<RateLimitRejectedException>()).Which.Decision.IsDegraded.Should().BeTrue();
        }
    }

    [Fact]
    public async Task A_limiter_that_answers_later_is_waited_for()
    {
        _host.Backend.Hangs = true;
        var runner = _host.Step(step => step.Limit(Two, Partition.Everyone).Limit(RateLimitRule.Concurrency(1, Minute), Partition.Everyone));

        var call = runner.RunAsync("a").AsTask();
        call.IsCompleted.Should().BeFalse();
        _host.Backend.Hanging.Single().Grant();

        (await call).Value.Should().Be("a");
    }

    [Fact]
    public async Task A_caller_who_cancels_while_the_limiter_decides_gets_no_call()
    {
        _host.Backend.Hangs = true;
        using var caller = new CancellationTokenSource();
        var runner = _host.Step<int, int>((_, _, _) => throw new InvalidOperationException("must not run"), step => step.Limit(Two, Partition.Everyone));

        var call = runner.RunAsync(1, cancellationToken: caller.Token).AsTask();
        await caller.CancelAsync();

        await FluentActions.Awaiting(() => call).Should().ThrowAsync<OperationCanceledException>();
    }

    private static CallContext Call(string tenantAndUser)
    {
        var parts = tenantAndUser.Split(' ');
        return new CallContext { Tenant = parts[0], User = parts[1] is "-" ? null : parts[1] };
    }
}
