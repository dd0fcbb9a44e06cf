using System.Diagnostics;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Fixtures;
using Pipeline.Queues;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Requests;

/// <summary>Row V6.</summary>
public sealed class RequestIdTests
{
    private const string Header = "X-Request-ID";

    public static TheoryData<string> Malformed => [" ", "a b", "a/b", "a\tb", "a,b", "<script>", "{}", new string('a', 201)];

    [Theory]
    [InlineData("a")]
    [InlineData("A-z_0:9.")]
    public async Task A_well_formed_id_is_taken_and_echoed(string id)
    {
        await using var server = await StartAsync();

        var (echo, inside) = await AskAsync(server, id);

        echo.Should().Be(id);
        inside.Should().Be(id);
    }

    [Fact]
    public async Task An_id_of_200_characters_is_taken()
    {
        await using var server = await StartAsync();
        var id = new string('x', 200);

        (await AskAsync(server, id)).Echo.Should().Be(id);
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_id_is_replaced(string id)
    {
        await using var server = await StartAsync();

        var (echo, inside) = await AskAsync(server, id);

        echo.Should().NotBe(id).And.MatchRegex("^[0-9A-Z]{26}$").And.Be(inside);
    }

    [Fact]
    public async Task Two_ids_are_as_bad_as_none()
    {
        await using var server = await StartAsync();

        var (echo, _) = await AskAsync(server, "a", "b");

        echo.Should().MatchRegex("^[0-9A-Z]{26}$");
    }

    [Fact]
    public void Made_ids_are_unique_and_in_the_order_of_time()
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(56);

        var ids = Enumerable.Range(0, 10_000).Select(i => RequestId.Make(now.AddMilliseconds(i))).ToArray();

        ids.Should().OnlyHaveUniqueItems().And.BeInAscendingOrder(StringComparer.Ordinal);
        Enumerable.Range(0, 10_000).Select(_ => RequestId.Make(now)).Should().OnlyHaveUniqueItems();
        ids[0].Should().HaveLength(26);
    }

    [Fact]
    public async Task The_header_can_have_another_name()
    {
        await using var server = await StartAsync(new() { ["Http:RequestIds:Header"] = "X-Correlation-ID" });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "X-Correlation-ID", "c-1" }, { Header, "r-1" } } };

        using var response = await server.Client.SendAsync(request);

        response.Headers.GetValues("X-Correlation-ID").Should().Equal("c-1");
        response.Headers.Contains(Header).Should().BeFalse();
    }

    [Fact]
    public async Task A_name_that_no_header_has_stops_the_start()
    {
        var starting = () => StartAsync(new() { ["Http:RequestIds:Header"] = "not a header" });

        await starting.Should().ThrowAsync<OptionsValidationException>().WithMessage("RequestIds: Header is no header's name*");
    }

    [Fact]
    public async Task The_id_is_in_every_log_line_the_span_and_the_call()
    {
        string? spanTag = null;
        await using var server = await WebServer.StartAsync(app => app.MapGet("/", (ILogger<RequestIdTests> logger) =>
        {
            logger.LogInformation("Inside.");
            spanTag = Activity.Current?.GetTagItem("pipeline.request_id") as string;
            return CallContext.Current.RequestId;
        }));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/")
        {
            Headers = { { Header, "r-1" }, { "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } },
        };

        using var response = await server.Client.SendAsync(request);

        (await response.Content.ReadAsStringAsync()).Should().Be("r-1");
        await server.App.StopAsync();
        server.Log.Events.Single(e => e.Text == "Inside.").Values.Should().Contain("RequestId", "r-1").And.Contain("Tenant", "default");
        spanTag.Should().Be("r-1");
    }

    [Fact]
    public async Task The_id_goes_with_the_messages_that_a_request_enqueues_and_is_in_their_log()
    {
        var handled = new TaskCompletionSource<CallContext>();
        await using var server = await WebServer.StartAsync(
            app => app.MapPost("/", async (IQueue<string> queue) => (await queue.EnqueueAsync("x")).MessageId),
            (services, _) => services.AddPipeline()
                .AddQueue<string>("work")
                .AddChain<string>("chain", chain => chain.Then("step", (item, context, _) =>
                {
                    handled.TrySetResult(context.Call);
                    return new(ChainResult.Continue(item));
                }))
                .AddWorker("work", "chain"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Headers = { { Header, "r-1" } } };

        using var response = await server.Client.SendAsync(request);

        (await handled.Task).RequestId.Should().Be("r-1");
        await server.App.StopAsync();
        var step = server.Log.Events.Should().ContainSingle(e => e.Id.Id == 1102).Subject;
        step.Values.Should().Contain("Step", "step").And.Contain("Chain", "chain").And.Contain("RequestId", "r-1").And.Contain("Queue", "work");
        step.Values["MessageId"]!.ToString().Should().Be((await response.Content.ReadAsStringAsync()).Trim('"'));
        step.Values["DurationMs"].Should().BeOfType<double>();
    }

    private static Task<WebServer> StartAsync(Dictionary<string, string?>? settings = null) =>
        WebServer.StartAsync(app => app.MapGet("/", static context => context.Response.WriteAsync(context.TraceIdentifier)), settings: settings);

    private static async Task<(string Echo, string Inside)> AskAsync(WebServer server, params string[] ids)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation(Header, ids);
        using var response = await server.Client.SendAsync(request);
        return (response.Headers.GetValues(Header).Single(), await response.Content.ReadAsStringAsync());
    }
}
