using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Fixtures;
using Pipeline.Problems;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Requests;

/// <summary>Rows C9 and V11: one event a request and a step, none twice.</summary>
public sealed class RequestLogTests
{
    [Fact]
    public async Task Each_request_is_one_event_with_all_that_tells_it_apart()
    {
        await using var server = await StartAsync();

        using var response = await SendAsync(server, "/items/private-id?secret=hunter2");

        var ended = (await EndAsync(server)).Should().ContainSingle().Subject;
        ended.Level.Should().Be(LogLevel.Information);
        ended.Values.Should().Contain("Method", "GET").And.Contain("Route", "/items/{id}").And.Contain("StatusCode", 200)
            .And.Contain("RequestId", "r-1").And.Contain("Tenant", "acme").And.Contain("ErrorCode", null);
        ended.Values["DurationMs"].Should().BeOfType<double>().Which.Should().BeGreaterThan(0);
        server.Log.Events.Where(static e => e.Category.StartsWith("Pipeline.", StringComparison.Ordinal))
            .Should().NotContain(e => e.Text.Contains("hunter2") || e.Text.Contains("private-id"));
    }

    [Fact]
    public async Task A_refusal_says_its_code()
    {
        await using var server = await StartAsync();

        using var response = await SendAsync(server, "/refused");

        (await EndAsync(server)).Should().ContainSingle().Which.Values.Should().Contain("StatusCode", 402).And.Contain("ErrorCode", ProblemCodes.BudgetExhausted);
        server.Log.Events.Should().NotContain(e => e.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_path_that_nothing_serves_is_not_repeated()
    {
        await using var server = await StartAsync();

        using var response = await SendAsync(server, "/hunter2");

        var ended = (await EndAsync(server)).Should().ContainSingle().Subject;
        ended.Values.Should().Contain("Route", "(unmatched)").And.Contain("StatusCode", 404).And.Contain("ErrorCode", ProblemCodes.NotFound);
        ended.Text.Should().NotContain("hunter2");
    }

    [Fact]
    public async Task Quiet_endpoints_are_for_debugging_unless_they_fail()
    {
        await using var server = await StartAsync();

        using var well = await SendAsync(server, "/quiet");
        using var ill = await SendAsync(server, "/quiet-error");

        (await EndAsync(server)).Select(static e => (e.Level, e.Values["StatusCode"])).Should().BeEquivalentTo(
            new (LogLevel, object?)[] { (LogLevel.Debug, 200), (LogLevel.Information, 500) });
    }

    [Fact]
    public async Task Each_step_is_one_event_with_the_request_that_it_ran_for()
    {
        await using var server = await StartAsync();

        using var first = await SendAsync(server, "/step");
        using var failing = await SendAsync(server, "/failing-step");

        await EndAsync(server);
        var steps = server.Log.Events.Where(static e => e.Id.Id == 1004).ToArray();
        steps.Select(static e => (e.Values["Step"], e.Values["Outcome"], e.Values["ErrorType"])).Should().Equal(
            ("answer", "succeeded", null), ("failing", "failed", "InvalidOperationException"));
        steps.Should().AllSatisfy(e =>
        {
            e.Level.Should().Be(LogLevel.Information);
            e.Exception.Should().BeNull();
            e.Values.Should().Contain("RequestId", "r-1").And.Contain("Tenant", "acme");
            e.Values["DurationMs"].Should().BeOfType<double>();
        });
        server.Log.Events.Should().ContainSingle(static e => e.Exception is InvalidOperationException).Which.Values.Should().Contain("Step", "failing");
    }

    [Fact]
    public async Task An_endpoint_can_be_on_nobodys_behalf()
    {
        await using var server = await StartAsync();

        using var own = await SendAsync(server, "/context");
        using var none = await SendAsync(server, "/no-context");

        (await own.Content.ReadAsStringAsync()).Should().Be("acme ann r-1");
        (await none.Content.ReadAsStringAsync()).Should().Be("default  ");
    }

    [Theory]
    [InlineData(null, "default  r-1")]
    [InlineData("bob", "default bob r-1")]
    public async Task Without_a_tenant_the_call_is_of_the_default_one(string? user, string expected)
    {
        await using var server = await StartAsync();

        using var response = await SendAsync(server, "/context", user);

        (await response.Content.ReadAsStringAsync()).Should().Be(expected);
    }

    [Fact]
    public async Task A_tenant_that_is_no_name_is_refused_instead_of_mixed_with_the_default_one()
    {
        await using var server = await StartAsync();

        using var response = await SendAsync(server, "/context", $"ann@{new string('x', 600)}");

        (await response.ReadProblemAsync()).Code.Should().Be(ProblemCodes.Forbidden);
    }

    [Fact]
    public async Task Two_requests_on_one_connection_do_not_see_each_others_call()
    {
        await using var server = await StartAsync();

        using var first = await SendAsync(server, "/context");
        using var second = await SendAsync(server, "/no-context");

        (await second.Content.ReadAsStringAsync()).Should().Be("default  ");
    }

    private static Task<WebServer> StartAsync() => WebServer.StartAsync(
        app =>
        {
            app.MapGet("/items/{id}", static (string id) => "x");
            app.MapGet("/refused", static _ => throw new HttpProblemException(new HttpProblem(402, ProblemCodes.BudgetExhausted, "Budget exhausted")));
            app.MapGet("/quiet", static () => "x").WithoutRequestLog();
            app.MapGet("/quiet-error", static _ => throw new InvalidOperationException()).WithoutRequestLog();
            app.MapGet("/step", static (IServiceProvider services) => Run(services, "answer"));
            app.MapGet("/failing-step", static (IServiceProvider services) => Run(services, "failing"));
            app.MapGet("/context", static () => Describe());
            app.MapGet("/no-context", static () => Describe()).WithoutCallContext();
        },
        (services, _) =>
        {
            HeaderAuthenticationHandler.Add(services);
            services.AddPipeline()
                .AddStep<string, string>("answer", static (input, _, _) => new(input))
                .AddStep<string, string>("failing", static (_, _, _) => throw new InvalidOperationException());
        });

    private static async Task<string> Run(IServiceProvider services, string step) =>
        (await services.GetRequiredKeyedService<IStepRunner<string, string>>(step).RunAsync("x")).Value;

    private static string Describe() => $"{CallContext.Current.Tenant} {CallContext.Current.User} {CallContext.Current.RequestId}";

    private static async Task<HttpResponseMessage> SendAsync(WebServer server, string path, string? user = "ann@acme")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "X-Request-ID", "r-1" } } };
        if (user is not null)
            request.Headers.Add("X-User", user);
        return await server.Client.SendAsync(request);
    }

    // The event is written when the request has ended, which its caller may know first: the server has ended them all once it has stopped.
    private static async Task<IReadOnlyCollection<WebLogEvent>> EndAsync(WebServer server)
    {
        await server.App.StopAsync();
        return [.. server.Log.Events.Where(static e => e.Id.Id == 12000)];
    }
}
