using FluentAssertions;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Steps;

/// <summary>Rules by name, and what a step cannot ask for.</summary>
public sealed class StepLimitRuleTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly RateLimitRule Two = RateLimitRule.SlidingWindow(2, Minute);

    private readonly StepLimitHost _host = new(
        ("shared", Two), ("slots", RateLimitRule.Concurrency(2, Minute)), ("free", RateLimitRule.Unlimited), ("small", RateLimitRule.PerDay(1)),
        ("shared:calls:key:b", Two));

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Steps_that_name_one_rule_share_its_budgets()
    {
        var first = _host.Step(step => step.Limit("shared", Partition.Tenant), "first");
        var second = _host.Step(step => step.Limit("shared", Partition.Tenant), "second");

        await first.RunAsync("");
        (await StepLimitHost.CallUntilRefusedAsync(second)).Should().Be(1);
        var refusal = await FluentActions.Awaiting(() => first.RunAsync("").AsTask()).Should().ThrowAsync<RateLimitRejectedException>();

        refusal.Which.RuleName.Should().Be("shared");
        (await StepLimitHost.CallUntilRefusedAsync(second, new CallContext { Tenant = "other" })).Should().Be(2);
    }

    [Fact]
    public async Task Steps_share_the_keys_of_a_named_rule_too()
    {
        var first = _host.Step(step => step.Limit(Two, input => input).Limit("shared", input => input), "first");
        var second = _host.Step(step => step.Limit("shared", input => input.ToUpperInvariant()), "second");

        (await StepLimitHost.CallUntilRefusedAsync(first, input: "A")).Should().Be(2);
        (await StepLimitHost.CallUntilRefusedAsync(second, input: "a")).Should().Be(0);
        (await StepLimitHost.CallUntilRefusedAsync(second, input: "b")).Should().Be(2);
    }

    [Fact]
    public async Task Rules_do_not_share_budgets_whatever_their_names_and_keys()
    {
        var first = _host.Step(step => step.Limit("shared", input => input));
        var second = _host.Step(step => step.Limit("shared:calls:key:b", Partition.Everyone));

        (await StepLimitHost.CallUntilRefusedAsync(first, input: "b:calls")).Should().Be(2);
        (await StepLimitHost.CallUntilRefusedAsync(second)).Should().Be(2);
    }

    [Fact]
    public async Task A_named_rule_and_a_step_of_that_name_do_not_meet()
    {
        var named = _host.Step(step => step.Limit("shared", Partition.Everyone), "answer");
        var own = _host.Step(step => step.Limit(Two, Partition.Everyone), "shared");

        (await StepLimitHost.CallUntilRefusedAsync(named)).Should().Be(2);
        (await StepLimitHost.CallUntilRefusedAsync(own)).Should().Be(2);
    }

    [Fact]
    public async Task A_named_rule_limits_tokens_apart_from_calls()
    {
        var calls = _host.Step(step => step.Limit("shared", Partition.Everyone), "first");
        var tokens = _host.Step(step => step.LimitTokens("shared", Partition.Everyone, _ => 2), "second");

        await tokens.RunAsync("");

        await FluentActions.Awaiting(() => tokens.RunAsync("").AsTask()).Should().ThrowAsync<RateLimitRejectedException>();
        (await StepLimitHost.CallUntilRefusedAsync(calls)).Should().Be(2);
    }

    [Fact]
    public async Task A_rule_that_is_off_asks_nobody()
    {
        var runner = _host.Step(step => step
            .Limit("free", Partition.Tenant).LimitTokens("free", Partition.User, _ => 1).Limit(RateLimitRule.Unlimited, input => input));

        var result = await runner.RunAsync("");

        result.RateLimits.Should().BeEmpty();
        _host.Backend.Calls.Should().BeEmpty();
    }

    [Fact]
    public void An_unknown_rule_is_an_error_that_lists_the_known_ones() => Building(step => step.Limit("shard", Partition.Tenant))
        .Should().Throw<InvalidOperationException>()
        .WithMessage("Step 'answer' asks for the rate limit rule 'shard', which is not declared; declared are: 'free', 'shared', 'shared:calls:key:b', 'slots', 'small'.*");

    [Fact]
    public void A_cost_above_a_named_rules_limit_is_an_error() => Building(step => step.Limit("small", Partition.Tenant, cost: 2))
        .Should().Throw<InvalidOperationException>()
        .WithMessage("A call of step 'answer' costs 2, which is above the limit 1 of the rule 'small'*Lower the cost, or raise the limit.");

    [Fact]
    public void Tokens_of_a_named_concurrency_rule_are_an_error() => Building(step => step.LimitTokens("slots", Partition.Tenant, _ => 1))
        .Should().Throw<InvalidOperationException>().WithMessage("*'answer'*'slots'*use Limit.");

    [Fact]
    public void More_limits_than_a_request_has_dimensions_are_an_error() => Building(step =>
        {
            for (var i = 0; i < 17; i++)
            {
                step.Limit(Two, Partition.Tenant);
            }
        })
        .Should().Throw<InvalidOperationException>().WithMessage("Step 'answer' has 17 rate limits. Give it at most 16.");

    [Fact]
    public void What_no_rule_can_have_is_an_error_where_it_is_said()
    {
        var step = new StepBuilder<string, string>("answer");

        step.Invoking(s => s.Limit(Two, Partition.Tenant, -1)).Should().Throw<ArgumentOutOfRangeException>();
        step.Invoking(s => s.Limit("shared", Partition.Tenant, -1)).Should().Throw<ArgumentOutOfRangeException>();
        step.Invoking(s => s.Limit(Two, Partition.Tenant, 3)).Should().Throw<RateLimitCostTooHighException>();
        step.Invoking(s => s.Limit(Two, (Partition)7)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Everyone, Tenant or User*");
        step.Invoking(s => s.Limit("", Partition.Tenant)).Should().Throw<ArgumentException>();
        step.Invoking(s => s.Limit((RateLimitRule)null!, Partition.Tenant)).Should().Throw<ArgumentNullException>();
        step.Invoking(s => s.Limit(Two, (Func<string, string>)null!)).Should().Throw<ArgumentNullException>();
        step.Invoking(s => s.LimitTokens(Two, Partition.Tenant, null!)).Should().Throw<ArgumentNullException>();
        step.Invoking(s => s.LimitTokens(RateLimitRule.Concurrency(1, Minute), Partition.Tenant, _ => 1))
            .Should().Throw<ArgumentException>().WithMessage("*use Limit*");
    }

    [Fact]
    public async Task A_key_or_an_estimate_that_cannot_be_fails_the_call_with_the_steps_name()
    {
        var noKey = _host.Step(step => step.Limit(Two, _ => null!));
        var negative = _host.Step(step => step.LimitTokens(Two, Partition.Tenant, _ => -1));

        await FluentActions.Awaiting(() => noKey.RunAsync("").AsTask()).Should().ThrowAsync<InvalidOperationException>().WithMessage("*'answer' is null*");
        await FluentActions.Awaiting(() => negative.RunAsync("").AsTask()).Should().ThrowAsync<InvalidOperationException>().WithMessage("*'answer' is -1*");
        _host.Backend.Calls.Should().BeEmpty();
    }

    private Action Building(Action<StepBuilder<string, string>> configure) => () => _host.Step(configure);
}
