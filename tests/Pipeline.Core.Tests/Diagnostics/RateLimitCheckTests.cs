using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.RateLimiting;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Diagnostics;

public sealed class RateLimitCheckTests
{
    private static readonly RateLimitRule Rule = RateLimitRule.SlidingWindow(100, TimeSpan.FromMinutes(1));

    [Fact]
    public async Task A_rule_that_the_configuration_turned_off_is_a_warning()
    {
        var host = new DoctorHost { Configuration = Suite.Configure("RateLimiting:Rules:per-tenant", "off") };

        (await host.AskAsync("rate-limiting.off", builder => builder.AddRateLimitRule("per-tenant", Rule).AddRateLimitRule("other", Rule))).Should().Be(DoctorResult.Warning(
            "Rate limit rule 'per-tenant' is off: what it should limit is limited by nothing.",
            "Give Pipeline:RateLimiting:Rules:per-tenant a limit such as 100/60, or remove it for the limit that the code declares."));
        (await new DoctorHost().AskAsync("rate-limiting.off", builder => builder.AddRateLimitRule("per-tenant", Rule))).Should().Be(
            DoctorResult.Ok("1 declared rule, none of them off."));
    }

    [Fact]
    public async Task Limits_that_hold_for_one_process_alone_are_a_warning()
    {
        var result = await new DoctorHost().AskAsync("rate-limiting.scope", Declare);

        result.Status.Should().Be(DoctorStatus.Warning);
        result.Summary.Should().Be("2 rate limits counted in this process alone: each further process grants as much again, and a restart begins anew.");
        result.Mend.Should().EndWith("leave the check out (--except rate-limiting.scope).");
    }

    [Fact]
    public async Task Limits_of_a_backend_or_in_development_and_no_limits_are_well()
    {
        var off = new DoctorHost { Configuration = Suite.Configure("RateLimiting:Rules:per-tenant", "off") };

        (await new DoctorHost().AskAsync("rate-limiting.scope", builder => OnBackend(builder, Declare))).Should().Be(DoctorResult.Ok("2 rate limits counted by a backend, for all processes together."));
        (await new DoctorHost { Environment = "Development" }.AskAsync("rate-limiting.scope", Declare)).Should().Be(DoctorResult.Ok("2 rate limits counted in this process, which will do for development."));
        (await off.AskAsync("rate-limiting.scope", builder => builder.AddRateLimitRule("per-tenant", Rule))).Should().Be(DoctorResult.Ok("There are no rate limits."));
    }

    [Fact]
    public async Task A_rule_that_denies_all_while_its_backend_is_away_is_a_warning()
    {
        var result = await new DoctorHost().AskAsync("rate-limiting.outage", builder => OnBackend(builder, Declare));

        result.Should().Be(DoctorResult.Warning(
            "While the backend is away, rule 'per-tenant' denies every call. While the backend is away, a limit of step 'answer' denies every call.",
            "Say .WhenUnavailable(RateLimitFallback.Local, share) or Allow for the rule; if denying is meant, leave the check out (--except rate-limiting.outage)."));
    }

    [Theory]
    [InlineData(99, DoctorStatus.Ok)]
    [InlineData(100, DoctorStatus.Warning)]
    public async Task A_local_share_of_the_whole_limit_is_a_warning(long share, DoctorStatus status)
    {
        var result = await new DoctorHost().AskAsync("rate-limiting.outage", builder => OnBackend(
            builder, made => made.AddRateLimitRule("per-tenant", Rule.WhenUnavailable(RateLimitFallback.Local, share))));

        result.Should().Be(status == DoctorStatus.Ok
            ? DoctorResult.Ok("1 rate limit, each with a local share or with Allow while the backend is away.")
            : DoctorResult.Warning(
                "While the backend is away, rule 'per-tenant' lets each process have the whole limit of 100.",
                "Give .WhenUnavailable(RateLimitFallback.Local, share) the limit divided by the number of processes as its share."));
    }

    [Fact]
    public async Task Allowed_calls_and_limits_in_memory_are_well()
    {
        (await new DoctorHost().AskAsync("rate-limiting.outage", builder => OnBackend(
            builder, made => made.AddRateLimitRule("per-tenant", Rule.WhenUnavailable(RateLimitFallback.Allow))))).Status.Should().Be(DoctorStatus.Ok);
        (await new DoctorHost().AskAsync("rate-limiting.outage", Declare)).Should().Be(
            DoctorResult.Ok("The limits are counted in this process, which is never away from itself."));
    }

    private static void Declare(IPipelineBuilder builder) => builder
        .AddRateLimitRule("per-tenant", Rule)
        .AddStep<string, string>("answer", (input, _, _) => new(input), step => step.Limit(Rule, Partition.Tenant).Limit("per-tenant", Partition.Tenant));

    private static void OnBackend(IPipelineBuilder builder, Action<IPipelineBuilder> declare)
    {
        builder.SetRole<IRateLimiter>("UseBackend", services => new InMemoryRateLimiter(services.GetRequiredService<TimeProvider>()));
        declare(builder);
    }
}
