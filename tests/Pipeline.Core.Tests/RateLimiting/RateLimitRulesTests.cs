using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>Rules that are declared in code, and what the configuration makes of them.</summary>
public sealed class RateLimitRulesTests
{
    private static readonly RateLimitRule Bucket = RateLimitRule.TokenBucket(50, 5, TimeSpan.FromSeconds(1))
        .Named("a name of its own").WhenUnavailable(RateLimitFallback.Local, 10);

    [Fact]
    public void A_declared_rule_bears_the_name_that_it_was_declared_under()
    {
        var rule = RuleOf(configured: null);

        rule.Should().Be(Bucket.Named("uploads"));
    }

    [Theory]
    [InlineData("uploads")]
    [InlineData("UPLOADS")]
    public void Configuration_replaces_limit_and_window_and_keeps_the_name_and_the_fallback(string name)
    {
        var rule = RuleOf("100/60", name);

        rule.Should().Be(RateLimitRule.SlidingWindow(100, TimeSpan.FromMinutes(1)).Named("uploads").WhenUnavailable(RateLimitFallback.Local, 10));
    }

    [Theory]
    [InlineData("off")]
    [InlineData(" OFF ")]
    public async Task A_rule_can_be_turned_off(string text)
    {
        RuleOf(text).Kind.Should().Be(RateLimitRuleKind.Unlimited);

        await using var services = Build(text, builder => builder.AddStep<int, int>(
            "answer", (input, _, _) => new(input), step => step.Limit("uploads", Partition.Tenant)));
        var runner = services.GetRequiredService<IStepRunner<int, int>>();
        (await runner.RunAsync(1)).RateLimits.Should().BeEmpty();
    }

    [Fact]
    public async Task A_step_is_limited_by_what_the_configuration_says()
    {
        await using var services = Build("10/60", builder => builder.AddStep<int, int>(
            "answer", (input, _, _) => new(input), step => step.Limit("uploads", Partition.Tenant)));
        await services.StartPipelineAsync();
        var runner = services.GetRequiredService<IStepRunner<int, int>>();

        for (var i = 0; i < 10; i++)
        {
            await runner.RunAsync(i);
        }

        var refusal = await FluentActions.Awaiting(() => runner.RunAsync(1).AsTask()).Should().ThrowAsync<RateLimitRejectedException>();
        (refusal.Which.RuleName, refusal.Which.Limit).Should().Be(("uploads", 10));
    }

    [Theory]
    [InlineData("100")]
    [InlineData("0/60")]
    [InlineData("1e9/1")]
    [InlineData("100/0")]
    [InlineData("-1/60")]
    [InlineData("")]
    public async Task A_malformed_text_stops_the_start_with_its_path_and_what_to_write(string text)
    {
        await using var services = Build(text);

        (await services.Awaiting(s => s.StartPipelineAsync()).Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("'Pipeline:RateLimiting:Rules:uploads': The rate limit*Write LIMIT/SECONDS, for instance 100/60*");
    }

    [Fact]
    public async Task A_setting_for_an_unknown_rule_stops_the_start_and_lists_the_known_ones()
    {
        await using var services = Build("100/60", builder => builder.AddRateLimitRule("asks", Bucket), "upload");

        (await services.Awaiting(s => s.StartPipelineAsync()).Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("'Pipeline:RateLimiting:Rules:upload' gives a limit to 'upload'*declared are: 'asks', 'uploads'.*AddRateLimitRule.");
    }

    [Fact]
    public async Task A_limit_below_the_local_share_stops_the_start()
    {
        await using var services = Build("9/60");

        (await services.Awaiting(s => s.StartPipelineAsync()).Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("'Pipeline:RateLimiting:Rules:uploads': The rate limit 'uploads' is lowered to 9*share*10*Give a limit of 10 or more*");
    }

    [Fact]
    public async Task A_step_that_names_an_unknown_rule_stops_the_start()
    {
        await using var services = Build(configured: null, builder => builder.AddStep<int, int>(
            "answer", (input, _, _) => new(input), step => step.Limit("upload", Partition.Tenant)));

        (await services.Awaiting(s => s.StartPipelineAsync()).Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("Step 'answer' asks for the rate limit rule 'upload'*declared are: 'uploads'.*");
    }

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("00:00:10.001")]
    [InlineData("-00:00:01")]
    public async Task A_budget_out_of_range_stops_the_start(string budget)
    {
        await using var services = Suite.Build(_ => { }, Suite.Configure("RateLimiting:OutageBudget", budget));

        (await services.Awaiting(s => s.StartPipelineAsync()).Should().ThrowAsync<OptionsValidationException>())
            .WithMessage("RateLimiting: OutageBudget is*Give a value from 00:00:00.0010000 to 00:00:10.");
    }

    [Fact]
    public void A_rule_is_declared_once_under_a_valid_name()
    {
        using var services = Suite.Build(builder =>
        {
            builder.AddRateLimitRule("uploads", Bucket);
            builder.Invoking(b => b.AddRateLimitRule("uploads", Bucket)).Should().Throw<InvalidOperationException>().WithMessage("*'uploads'*twice*");
            builder.Invoking(b => b.AddRateLimitRule("", Bucket)).Should().Throw<ArgumentException>().WithParameterName("name");
            builder.Invoking(b => b.AddRateLimitRule("asks", null!)).Should().Throw<ArgumentNullException>();
        });
    }

    [Fact]
    public async Task Suites_have_rules_of_their_own()
    {
        var services = new ServiceCollection();
        services.AddPipeline().AddRateLimitRule("uploads", Bucket);
        services.AddPipeline("docs", Suite.Configure("RateLimiting:Rules:uploads", "7/60")).AddRateLimitRule("uploads", RateLimitRule.PerDay(1));
        await using var provider = services.BuildServiceProvider();
        await provider.StartPipelineAsync();

        provider.GetRequiredService<RateLimitRules>().Get("uploads", "").Limit.Should().Be(50);
        provider.GetRequiredKeyedService<RateLimitRules>("docs").Get("uploads", "").Limit.Should().Be(7);
    }

    private static RateLimitRule RuleOf(string? configured, string name = "uploads")
    {
        using var services = Build(configured, name: name);
        return services.GetRequiredService<RateLimitRules>().Get("uploads", "The test");
    }

    private static ServiceProvider Build(string? configured, Action<IPipelineBuilder>? declare = null, string name = "uploads") => Suite.Build(
        builder =>
        {
            builder.AddRateLimitRule("uploads", Bucket);
            declare?.Invoke(builder);
        },
        configured is null ? null : Suite.Configure($"RateLimiting:Rules:{name}", configured));
}
