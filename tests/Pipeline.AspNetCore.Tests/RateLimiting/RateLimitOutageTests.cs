using System.Net;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Backends;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>Row I3: what callers are told while the limiter's backend is away.</summary>
public sealed class RateLimitOutageTests
{
    [Fact]
    public async Task A_limit_that_this_process_counts_meanwhile_is_told_as_local()
    {
        await using var server = await HttpRateLimitTests.StartAsync(
            app => app.MapGet("/", () => "ok").RequireRateLimit("ask"),
            http => http.AddRateLimit("ask", RateLimitRule.SlidingWindow(4, TimeSpan.FromMinutes(1)).WhenUnavailable(RateLimitFallback.Local, 1)),
            services: services => services.AddPipeline().SetRole<IRateLimiter>("Test", _ => new AwayLimiter()));

        var granted = await server.Client.GetAsync("/");
        var refused = await server.Client.GetAsync("/");

        granted.StatusCode.Should().Be(HttpStatusCode.OK);
        HttpRateLimitTests.Header(granted, "X-RateLimit-Mode").Should().Be("local");
        HttpRateLimitTests.Header(granted, "X-RateLimit-Limit").Should().Be("1");
        refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task A_limit_that_denies_meanwhile_is_a_429()
    {
        await using var server = await HttpRateLimitTests.StartAsync(
            app => app.MapGet("/", () => "ok").RequireRateLimit("ask"),
            HttpRateLimitTests.Rule("ask", 5),
            services: services => services.AddPipeline().SetRole<IRateLimiter>("Test", _ => new AwayLimiter()));

        var refused = await server.Client.GetAsync("/");

        refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await refused.Content.ReadAsStringAsync()).Should().Contain("cannot be counted");
    }

    [Fact]
    public async Task A_limiter_that_throws_is_a_503()
    {
        await using var server = await HttpRateLimitTests.StartAsync(
            app => app.MapGet("/", () => "ok").RequireRateLimit("ask"),
            HttpRateLimitTests.Rule("ask", 5),
            services: services => services.Replace(ServiceDescriptor.Singleton<IRateLimiter>(new AwayLimiter())));

        var refused = await server.Client.GetAsync("/");

        refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await refused.Content.ReadAsStringAsync()).Should().Contain("backend-unavailable");
    }

    private sealed class AwayLimiter : IRateLimiter
    {
        public ValueTask<RateLimitDecision> AcquireAsync(RateLimitRequest request, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask<bool> SettleAsync(
            RateLimitReservation reservation, ReadOnlyMemory<long> actualCosts, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask<bool> ReleaseAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask<bool> RenewAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask<RateLimitDecision> PeekAsync(RateLimitRequest request, CancellationToken cancellationToken = default) => throw Away();

        public ValueTask ResetAsync(string key, RateLimitRule rule, CancellationToken cancellationToken = default) => throw Away();

        private static BackendUnavailableException Away() => new("Test", "rate limit", "gone");
    }
}
