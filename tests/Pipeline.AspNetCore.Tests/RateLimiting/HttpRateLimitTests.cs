using System.Globalization;
using System.Net;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Conformance;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>Rows V2, I3 and Q3: limits of requests.</summary>
public sealed class HttpRateLimitTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_granted_request_tells_what_remains()
    {
        await using var server = await StartAsync(app => app.MapGet("/", () => "ok").RequireRateLimit("ask"), Rule("ask", 2));

        var response = await server.Client.GetAsync("/");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        Header(response, "X-RateLimit-Limit").Should().Be("2");
        Header(response, "X-RateLimit-Remaining").Should().Be("1");
        Header(response, "X-RateLimit-Mode").Should().Be("local");
        Header(response, "RateLimit-Policy").Should().Be("\"ask\";q=2;w=60");
        Header(response, "RateLimit").Should().Be("\"ask\";r=1;t=60");
        response.Headers.RetryAfter.Should().BeNull();
    }

    [Fact]
    public async Task A_request_too_many_is_a_429_that_says_when_to_come_back()
    {
        var clock = new ManualTimeProvider();
        await using var server = await StartAsync(app => app.MapGet("/", () => "ok").RequireRateLimit("ask"), Rule("ask", 1), clock: clock);
        await server.Client.GetAsync("/");

        var refused = await server.Client.GetAsync("/");

        refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        refused.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await refused.Content.ReadAsStringAsync()).Should().Contain("\"code\":\"rate-limited\"").And.Contain("1 in any 60 s");
        Header(refused, "X-RateLimit-Remaining").Should().Be("0");
        var seconds = refused.Headers.RetryAfter!.Delta!.Value;
        seconds.Should().BePositive().And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(61));
        Header(refused, "RateLimit").Should().Be($"\"ask\";r=0;t={seconds.TotalSeconds.ToString(CultureInfo.InvariantCulture)}");

        clock.Advance(seconds);
        (await server.Client.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Each_key_has_a_budget_and_callers_without_one_share_their_addresses()
    {
        await using var server = await StartAsync(app => app.MapGet("/", () => "ok").RequireRateLimit("ask"), Rule("ask", 1));

        (await StatusAsync(server, key: "a")).Should().Be(HttpStatusCode.OK);
        (await StatusAsync(server, key: "a")).Should().Be(HttpStatusCode.TooManyRequests);
        (await StatusAsync(server, key: "b")).Should().Be(HttpStatusCode.OK);
        (await StatusAsync(server)).Should().Be(HttpStatusCode.OK);
        (await StatusAsync(server)).Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task The_same_user_of_two_tenants_is_two_users()
    {
        await using var server = await StartAsync(
            app => app.MapGet("/", () => "ok").RequireRateLimit("ask"), http => http.AddRateLimit("ask", RateLimitRule.SlidingWindow(1, Minute), HttpPartition.User));

        (await StatusAsync(server, tenant: "one", user: "ann")).Should().Be(HttpStatusCode.OK);
        (await StatusAsync(server, tenant: "two", user: "ann")).Should().Be(HttpStatusCode.OK);
        (await StatusAsync(server, tenant: "one", user: "ann")).Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Of_three_limits_at_once_all_are_charged_or_none()
    {
        await using var server = await StartAsync(
            app =>
            {
                app.MapGet("/", () => "ok").RequireRateLimit("user", "key").RequireRateLimit("burst");
                app.MapGet("/key", () => "ok").RequireRateLimit("key");
            },
            http => http
                .AddRateLimit("user", RateLimitRule.SlidingWindow(60, Minute), HttpPartition.User)
                .AddRateLimit("key", RateLimitRule.SlidingWindow(100, Minute))
                .AddRateLimit("burst", RateLimitRule.TokenBucket(2, 1, Minute)),
            clock: new ManualTimeProvider());

        await StatusAsync(server, key: "k", user: "u");
        await StatusAsync(server, key: "k", user: "u");
        var refused = await server.Client.SendAsync(TestCaller.Message(HttpMethod.Get, "/", "k", user: "u"));

        refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        Header(refused, "RateLimit-Policy").Should().Be("\"user\";q=60;w=60, \"key\";q=100;w=60, \"burst\";q=2;w=60");
        Header(refused, "RateLimit").Should().StartWith("\"burst\";r=0;");
        var key = await server.Client.SendAsync(TestCaller.Message(HttpMethod.Get, "/key", "k", user: "u"));
        Header(key, "X-RateLimit-Remaining").Should().Be("97", "the refused request charged nothing");
    }

    [Fact]
    public async Task The_default_limit_is_of_endpoints_that_name_none_and_are_not_exempt()
    {
        await using var server = await StartAsync(
            app =>
            {
                app.MapGet("/", () => "ok");
                app.MapGet("/other", () => "ok");
                app.MapGet("/livez", () => "ok").DisableRateLimit();
                app.MapGet("/own", () => "ok").RequireRateLimit("ask");
            },
            Rule("ask", 5),
            new Dictionary<string, string?> { ["Http:RateLimits:Default"] = "1/60" });

        (await server.Client.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await server.Client.GetAsync("/other")).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await server.Client.GetAsync("/livez")).Headers.Contains("X-RateLimit-Limit").Should().BeFalse();
        Header(await server.Client.GetAsync("/own"), "X-RateLimit-Limit").Should().Be("5");
    }

    [Fact]
    public async Task What_an_endpoint_says_counts_over_what_its_group_says()
    {
        await using var server = await StartAsync(
            app =>
            {
                var limited = app.MapGroup("/limited").RequireRateLimit("ask");
                limited.MapGet("/free", () => "ok").DisableRateLimit();
                limited.MapGet("/dear", () => "ok").RequireRateLimit("ask", cost: 4);
                app.MapGroup("/free").DisableRateLimit().MapGet("/limited", () => "ok").RequireRateLimit("ask");
            },
            Rule("ask", 5));

        (await server.Client.GetAsync("/limited/free")).Headers.Contains("X-RateLimit-Limit").Should().BeFalse();
        Header(await server.Client.GetAsync("/limited/dear"), "X-RateLimit-Remaining").Should().Be("1");
        Header(await server.Client.GetAsync("/free/limited"), "X-RateLimit-Remaining").Should().Be("0");
    }

    [Fact]
    public async Task A_request_that_could_never_be_granted_is_told_so()
    {
        await using var server = await StartAsync(
            app => app.MapGet("/", () => "ok").RequireRateLimit("ask", context => long.Parse(context.Request.Query["n"]!, CultureInfo.InvariantCulture)), Rule("ask", 5));

        Header(await server.Client.GetAsync("/?n=3"), "X-RateLimit-Remaining").Should().Be("2");
        var refused = await server.Client.GetAsync("/?n=6");

        refused.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await refused.Content.ReadAsStringAsync()).Should().Contain("costs 6").And.Contain("at most 5");
    }

    [Fact]
    public async Task Configuration_gives_a_declared_limit_another_rule()
    {
        await using var server = await StartAsync(
            app =>
            {
                app.MapGet("/", () => "ok").RequireRateLimit("ask");
                app.MapGet("/off", () => "ok").RequireRateLimit("off");
            },
            http => http.AddRateLimit("ask", RateLimitRule.PerDay(1)).AddRateLimit("off", RateLimitRule.PerDay(1)),
            new Dictionary<string, string?> { ["Http:RateLimits:Policies:Ask"] = "7/30", ["Http:RateLimits:Policies:off"] = "off" });

        Header(await server.Client.GetAsync("/"), "RateLimit-Policy").Should().Be("\"ask\";q=7;w=30");
        (await server.Client.GetAsync("/off")).Headers.Contains("RateLimit-Policy").Should().BeFalse();
    }

    [Theory]
    [InlineData("RateLimits:Default", "100", "*100/60*")]
    [InlineData("RateLimits:DefaultPartition", "planet", "*DefaultPartition*tenant*")]
    [InlineData("RateLimits:Policies:none", "100/60", "*none*AddRateLimit*")]
    [InlineData("RateLimits:Policies:ask", "a/b", "*RateLimits:Policies:ask*100/60*")]
    [InlineData("RateLimits:Limit", "100/60", "*RateLimits*")]
    public async Task A_wrong_setting_stops_the_start_and_names_itself(string setting, string value, string message)
    {
        var start = () => StartAsync(_ => { }, Rule("ask", 5), new Dictionary<string, string?> { ["Http:" + setting] = value });

        (await start.Should().ThrowAsync<Exception>()).WithMessage(message);
    }

    [Fact]
    public async Task An_endpoint_that_asks_for_an_unknown_limit_stops_the_start()
    {
        var start = () => StartAsync(app => app.MapGet("/typo", () => "ok").RequireRateLimit("aks"), Rule("ask", 5));

        (await start.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*/typo*'aks'*'ask'*AddRateLimit*");
    }

    [Fact]
    public async Task Headers_can_be_left_out_but_for_the_time_to_come_back()
    {
        await using var server = await StartAsync(
            app => app.MapGet("/", () => "ok").RequireRateLimit("ask"),
            Rule("ask", 1),
            new Dictionary<string, string?> { ["Http:RateLimits:SendHeaders"] = "false" });

        (await server.Client.GetAsync("/")).Headers.Should().NotContain(header => header.Key.Contains("RateLimit"));
        (await server.Client.GetAsync("/")).Headers.RetryAfter.Should().NotBeNull();
    }

    [Theory]
    [InlineData(BackendKind.Redis)]
    [InlineData(BackendKind.Postgres)]
    public async Task Two_replicas_share_one_limit(BackendKind kind)
    {
        var backend = await Backend.CreateAsync(kind);
        await using var one = await StartAsync(app => app.MapGet("/", () => "ok").RequireRateLimit("ask"), Rule("ask", 3), services: backend.Use);
        await using var other = await StartAsync(app => app.MapGet("/", () => "ok").RequireRateLimit("ask"), Rule("ask", 3), services: backend.Use);
        var servers = new[] { one, other };

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => servers[i % 2].Client.GetAsync("/")));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).Should().Be(3);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).Should().Be(7);
        answers.Should().OnlyContain(answer => Header(answer, "X-RateLimit-Mode") == "distributed");
    }

    internal static Task<WebServer> StartAsync(
        Action<WebApplication> map,
        Action<DependencyInjection.IPipelineHttpBuilder> limits,
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<IServiceCollection>? services = null,
        TimeProvider? clock = null) => WebServer.StartAsync(
            map,
            (collection, _) =>
            {
                if (clock is not null)
                    collection.AddSingleton(clock);
                TestCaller.Add(collection);
                services?.Invoke(collection);
                limits(collection.AddPipelineHttp());
            },
            settings);

    internal static Action<DependencyInjection.IPipelineHttpBuilder> Rule(string name, long limit) =>
        http => http.AddRateLimit(name, RateLimitRule.SlidingWindow(limit, Minute));

    internal static string Header(HttpResponseMessage response, string name) => string.Join('|', response.Headers.GetValues(name));

    private static async Task<HttpStatusCode> StatusAsync(WebServer server, string? key = null, string? tenant = null, string? user = null) =>
        (await server.Client.SendAsync(TestCaller.Message(HttpMethod.Get, "/", key, tenant, user))).StatusCode;
}
