using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backends;
using Pipeline.RateLimiting;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.DependencyInjection;

public sealed class RateLimitingTests
{
    private static readonly RateLimitRule Two = RateLimitRule.SlidingWindow(2, TimeSpan.FromMinutes(1));

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_bare_collection_has_a_limiter()
    {
        await using var provider = Suite.Build(_ => { });
        await provider.StartPipelineAsync();
        var limiter = provider.GetRequiredService<IRateLimiter>();

        var grants = new List<bool>();
        for (var i = 0; i < 3; i++)
        {
            grants.Add((await limiter.AcquireAsync(RequestOf(Two))).IsGranted);
        }

        grants.Should().Equal(true, true, false);
        provider.GetRequiredService<IRateLimiter>().Should().BeSameAs(limiter);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Each_suite_counts_by_itself()
    {
        var services = new ServiceCollection();
        services.AddPipeline();
        services.AddPipeline("red");
        await using var provider = services.BuildServiceProvider();
        var one = RateLimitRule.SlidingWindow(1, TimeSpan.FromMinutes(1));

        (await provider.GetRequiredService<IRateLimiter>().AcquireAsync(RequestOf(one))).IsGranted.Should().BeTrue();
        (await provider.GetRequiredKeyedService<IRateLimiter>("red").AcquireAsync(RequestOf(one))).IsGranted.Should().BeTrue();
        (await provider.GetRequiredService<IRateLimiter>().AcquireAsync(RequestOf(one))).IsGranted.Should().BeFalse();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_limiter_of_someone_else_is_handed_out_with_the_fallbacks_around_it()
    {
        await using var provider = Suite.Build(builder => builder.SetRole<IRateLimiter>("UseOther", _ => new OtherLimiter()));
        var limiter = provider.GetRequiredService<IRateLimiter>();

        var allowed = await limiter.AcquireAsync(RequestOf(Two.WhenUnavailable(RateLimitFallback.Allow)));
        var denied = await limiter.AcquireAsync(RequestOf(Two));

        provider.GetServices<IRateLimiter>().Should().ContainSingle();
        (allowed.IsGranted, allowed.IsDegraded).Should().Be((true, true));
        (denied.IsGranted, denied.IsDegraded).Should().Be((false, true));
        limiter.GetCapability<OtherLimiter>().Should().NotBeNull("abilities are passed on");
    }

    [Fact]
    public void The_container_disposes_the_limiter_of_someone_else()
    {
        var other = new OtherLimiter();
        var services = new ServiceCollection();
        services.AddPipeline("red").SetRole<IRateLimiter>("UseOther", _ => other);
        var provider = services.BuildServiceProvider();
        _ = provider.GetRequiredKeyedService<IRateLimiter>("red");

        provider.Dispose();

        other.IsDisposed.Should().BeTrue();
    }

    [Fact]
    public void Configuration_changes_rules_of_the_code()
    {
        var configuration = Suite.ConfigureJson("""{ "RateLimiting": { "OutageBudget": "00:00:00.020", "Rules": { "PER-TENANT": "100/60", "uploads": "off" } } }""");
        using var provider = Suite.Build(
            builder => builder.AddRateLimitRule("per-tenant", Two).AddRateLimitRule("uploads", Two).AddRateLimitRule("others", Two), configuration);

        var rules = provider.GetRequiredService<RateLimitRules>();

        (rules.Get("per-tenant", "A test").Limit, rules.Get("per-tenant", "A test").Name).Should().Be((100, "per-tenant"));
        rules.Get("uploads", "A test").Kind.Should().Be(RateLimitRuleKind.Unlimited);
        rules.Get("others", "A test").Limit.Should().Be(2);
        RateLimitingRegistration.ReadOptions(provider, provider.GetRequiredService<PipelineRegistry>()).OutageBudget.Should().Be(TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public void Code_wins_over_configuration()
    {
        var services = new ServiceCollection();
        services.AddPipeline("red", Suite.Configure("RateLimiting:OutageBudget", "00:00:00.020"))
            .ConfigureRateLimiting(options => options.OutageBudget = TimeSpan.FromMilliseconds(30));
        using var provider = services.BuildServiceProvider();

        RateLimitingRegistration.ReadOptions(provider, provider.GetRequiredService<PipelineRegistry>()).OutageBudget.Should().Be(TimeSpan.FromMilliseconds(30));
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_rule_that_is_configured_is_an_error_where_none_is_declared()
    {
        await using var provider = Suite.Build(_ => { }, Suite.Configure("RateLimiting:Rules:a", "100/60"));

        (await ((Func<Task>)(() => provider.StartPipelineAsync())).Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("'Pipeline:RateLimiting:Rules:a' gives a limit to 'a', which is no rate limit rule that was declared in code; declared are: none.*");
    }

    private static RateLimitRequest RequestOf(RateLimitRule rule) => new(new RateLimitDimension("key", rule));

    private sealed class OtherLimiter : IRateLimiter, IDisposable
    {
        public bool IsDisposed { get; private set; }

        public ValueTask<RateLimitDecision> AcquireAsync(RateLimitRequest request, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask<bool> SettleAsync(RateLimitReservation reservation, ReadOnlyMemory<long> actualCosts, CancellationToken cancellationToken = default) =>
            throw Away();

        public ValueTask<bool> ReleaseAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask<bool> RenewAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask<RateLimitDecision> PeekAsync(RateLimitRequest request, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask ResetAsync(string key, RateLimitRule rule, CancellationToken cancellationToken = default) => throw Away();

        public void Dispose() => IsDisposed = true;

        private static BackendUnavailableException Away() => new("Other", "acquire");
    }
}
