using System.Net;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Conformance;
using Pipeline.Fixtures;
using Pipeline.TestSupport;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>Rows V2 and Q3: budgets of tokens, settled at what was used; and limits of what runs at the same time.</summary>
public sealed class TokenBudgetTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("/reports", 970)]
    [InlineData("/streams", 960)]
    [InlineData("/silent", 900)]
    [InlineData("/refuses", 1000)]
    [InlineData("/refuses-after-use", 995)]
    [InlineData("/throws", 900)]
    public async Task A_budget_is_charged_what_was_reported(string path, long remaining)
    {
        await using var server = await HttpRateLimitTests.StartAsync(
            app =>
            {
                var budget = app.MapGroup("").RequireTokenBudget("tokens", estimate: 100);
                budget.MapGet("/reports", static context =>
                {
                    context.Features.Get<ITokenBudget>()!.Report(10);
                    context.ReportTokens(20);
                    return Task.CompletedTask;
                });
                budget.MapGet("/streams", static async context =>
                {
                    await context.Response.WriteAsync("first ");
                    await context.Response.Body.FlushAsync();
                    context.ReportTokens(40);
                    await context.Response.WriteAsync("last");
                });
                budget.MapGet("/silent", static () => "ok");
                budget.MapGet("/refuses", static () => Results.BadRequest());
                budget.MapGet("/refuses-after-use", static context =>
                {
                    context.ReportTokens(5);
                    context.Response.StatusCode = 422;
                    return Task.CompletedTask;
                });
                budget.MapGet("/throws", static _ => throw new InvalidOperationException());
            },
            http => http.AddRateLimit("tokens", RateLimitRule.SlidingWindow(1000, Minute)));

        var response = await server.Client.GetAsync(path);
        await response.Content.ReadAsStringAsync();

        HttpRateLimitTests.Header(response, "X-RateLimit-Remaining").Should().Be("900", "the estimate was reserved before");
        HttpRateLimitTests.Header(response, "RateLimit-Policy").Should().Be("\"tokens\";q=1000;w=60;qu=\"tokens\"");
        var standing = 0L;
        await Waiting.UntilAsync(async () => (standing = await RemainingAsync(server)) == remaining, $"{remaining} tokens to remain, where {standing} did");
    }

    [Fact]
    public async Task What_was_used_beyond_the_estimate_is_debt()
    {
        await using var server = await HttpRateLimitTests.StartAsync(
            app => app.MapGet("/", static context =>
            {
                context.ReportTokens(150);
                return Task.CompletedTask;
            }).RequireTokenBudget("tokens", _ => 10),
            http => http.AddRateLimit("tokens", RateLimitRule.SlidingWindow(100, Minute)));

        await server.Client.GetAsync("/");

        await Waiting.UntilAsync(async () => (await server.Client.GetAsync("/")).StatusCode == HttpStatusCode.TooManyRequests, "the debt to be charged");
    }

    [Fact]
    public async Task Reporting_without_a_budget_does_nothing()
    {
        await using var server = await HttpRateLimitTests.StartAsync(
            app => app.MapGet("/", static context =>
            {
                context.ReportTokens(10);
                return Task.CompletedTask;
            }),
            static _ => { });

        (await server.Client.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_runs_at_the_same_time_is_counted_until_its_response_is_complete_and_its_lease_renewed()
    {
        var (arrived, mayEnd) = (new TaskCompletionSource(), new TaskCompletionSource());
        var clock = new ManualTimeProvider();
        await using var server = await HttpRateLimitTests.StartAsync(
            app => app.MapGet("/", async context =>
            {
                arrived.TrySetResult();
                await mayEnd.Task;
            }).RequireRateLimit("slots"),
            http => http.AddRateLimit("slots", RateLimitRule.Concurrency(1, Minute)),
            new Dictionary<string, string?> { ["Http:Deadlines:Default"] = "off" },
            clock: clock);

        var first = server.Client.GetAsync("/");
        await arrived.Task;
        var second = await server.Client.GetAsync("/");
        for (var i = 0; i < 9; i++)
            clock.Advance(TimeSpan.FromSeconds(20));
        var third = await server.Client.GetAsync("/");
        mayEnd.SetResult();

        second.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        HttpRateLimitTests.Header(second, "RateLimit-Policy").Should().Be("\"slots\";q=1;qu=\"concurrent-requests\"");
        third.StatusCode.Should().Be(HttpStatusCode.TooManyRequests, "the first request still runs, three leases long");
        (await first).StatusCode.Should().Be(HttpStatusCode.OK);
        await Waiting.UntilAsync(async () => (await server.Client.GetAsync("/")).StatusCode == HttpStatusCode.OK, "the slot to be free again");
    }

    private static async Task<long> RemainingAsync(WebServer server)
    {
        var rule = RateLimitRule.SlidingWindow(1000, Minute).Named("tokens");
        return (await server.Services.GetRequiredService<IRateLimiter>().PeekAsync(new RateLimitDimension("http|tokens|address=127.0.0.1", rule, 0))).Remaining;
    }
}
