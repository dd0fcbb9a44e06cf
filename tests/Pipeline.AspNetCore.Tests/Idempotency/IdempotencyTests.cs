using System.Net;
using System.Text;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Conformance;
using Pipeline.Fixtures;
using Pipeline.RateLimiting;
using Pipeline.RequestLimits;
using Pipeline.TestSupport;
using Xunit;

namespace Pipeline.Idempotency;

/// <summary>Issue 7, item 3: a retried POST gives the first answer, also across replicas.</summary>
public sealed class IdempotencyTests
{
    private readonly IdempotentApplication _application = new();

    [Fact]
    public async Task A_repeat_gets_the_first_answer_whole()
    {
        await using var server = await _application.StartAsync();

        var first = await IdempotentApplication.PostAsync(server, "/orders", "k1");
        var repeat = await IdempotentApplication.PostAsync(server, "/orders", "\"k1\"");

        first.StatusCode.Should().Be(HttpStatusCode.Created);
        first.Headers.Contains("Idempotency-Replayed").Should().BeFalse();
        repeat.StatusCode.Should().Be(HttpStatusCode.Created);
        repeat.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
        (await repeat.Content.ReadAsStringAsync()).Should().Be(await first.Content.ReadAsStringAsync()).And.Be("order 1: [1]");
        repeat.Headers.Location.Should().Be(first.Headers.Location).And.Be(new Uri("/orders/1", UriKind.Relative));
        repeat.Headers.ETag!.Tag.Should().Be("\"v1\"");
        repeat.Content.Headers.ContentType!.ToString().Should().Be("text/plain; charset=utf-8");
        repeat.Headers.Contains("Set-Cookie").Should().BeFalse("a cookie is nobody else's");
        repeat.Headers.Contains("X-Extra").Should().BeFalse();
    }

    [Fact]
    public async Task Without_a_key_each_request_runs_unless_one_is_required()
    {
        await using var server = await _application.StartAsync();

        await IdempotentApplication.PostAsync(server, "/orders", key: null);
        await IdempotentApplication.PostAsync(server, "/orders", key: null);
        _application.Runs.Should().Be(2);
        var refused = await IdempotentApplication.PostAsync(server, "/strict", key: null);

        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).Should().Contain("idempotency-key-invalid");
        _application.Runs.Should().Be(2);
    }

    [Fact]
    public async Task The_same_key_for_another_request_is_a_422()
    {
        await using var server = await _application.StartAsync();
        await IdempotentApplication.PostAsync(server, "/orders", "k1");

        var otherBody = await IdempotentApplication.PostAsync(server, "/orders", "k1", body: "[2]");
        var otherQuery = await IdempotentApplication.PostAsync(server, "/orders?dry=1", "k1");

        foreach (var refused in new[] { otherBody, otherQuery })
        {
            refused.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
            (await refused.Content.ReadAsStringAsync()).Should().Contain("idempotency-key-reused");
        }

        _application.Runs.Should().Be(1);
    }

    [Fact]
    public async Task A_key_is_of_one_caller_and_one_route()
    {
        await using var server = await _application.StartAsync();

        foreach (var (key, tenant) in new[] { ("a", "one"), ("b", "one"), ("a", "two") })
        {
            using var message = TestCaller.Message(HttpMethod.Post, "/orders", key, tenant);
            (await IdempotentApplication.SendAsync(server, message, "k1", "[1]")).Headers.Contains("Idempotency-Replayed").Should().BeFalse();
        }

        (await IdempotentApplication.PostAsync(server, "/orders", "k1")).Headers.Contains("Idempotency-Replayed").Should().BeFalse();
        (await IdempotentApplication.PostAsync(server, "/strict", "k1")).Headers.Contains("Idempotency-Replayed").Should().BeFalse();
        _application.Runs.Should().Be(5);
    }

    [Theory]
    [InlineData("Idempotency-Key: \r\n")]
    [InlineData("Idempotency-Key: a b\r\n")]
    [InlineData("Idempotency-Key: \"a\r\n")]
    [InlineData("Idempotency-Key: a\r\nIdempotency-Key: b\r\n")]
    [InlineData("HUGE")]
    public async Task A_malformed_key_is_a_400(string header)
    {
        await using var server = await _application.StartAsync();
        header = header == "HUGE" ? $"Idempotency-Key: {new string('k', 256)}\r\n" : header;

        var answer = await RawClient.AskAsync(server.EndPoint, RawClient.Post("/orders", "[1]", "Content-Type: application/json\r\n" + header));

        answer.Should().StartWith("HTTP/1.1 400 ").And.Contain("\"code\":\"idempotency-key-invalid\"");
        _application.Runs.Should().Be(0);
    }

    [Fact]
    public async Task A_key_beyond_what_headers_may_be_is_refused_by_the_server()
    {
        await using var server = await _application.StartAsync();

        var answer = await RawClient.AskAsync(server.EndPoint, RawClient.Post("/orders", "[1]", $"Idempotency-Key: {new string('k', 40_000)}\r\n"));

        answer.Should().StartWith("HTTP/1.1 431 ");
        _application.Runs.Should().Be(0);
    }

    [Theory]
    [InlineData("/fails", HttpStatusCode.ServiceUnavailable)]
    [InlineData("/throws", HttpStatusCode.InternalServerError)]
    [InlineData("/busy", HttpStatusCode.TooManyRequests)]
    public async Task After_an_answer_that_asks_to_try_again_the_request_runs_again(string path, HttpStatusCode status)
    {
        await using var server = await _application.StartAsync();

        (await IdempotentApplication.PostAsync(server, path, "k1")).StatusCode.Should().Be(status);
        var again = await IdempotentApplication.PostAsync(server, path, "k1");

        again.StatusCode.Should().Be(status);
        again.Headers.Contains("Idempotency-Replayed").Should().BeFalse();
        _application.Runs.Should().Be(2);
    }

    [Fact]
    public async Task A_refusal_of_the_endpoint_is_its_answer()
    {
        await using var server = await _application.StartAsync();

        await IdempotentApplication.PostAsync(server, "/refuses", "k1");
        var again = await IdempotentApplication.PostAsync(server, "/refuses", "k1");

        again.StatusCode.Should().Be(HttpStatusCode.Conflict);
        again.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
        _application.Runs.Should().Be(1);
    }

    [Fact]
    public async Task An_answer_too_large_to_keep_reaches_its_caller_and_is_not_made_again()
    {
        await using var server = await _application.StartAsync();

        var first = await IdempotentApplication.PostAsync(server, "/large", "k1");
        var again = await IdempotentApplication.PostAsync(server, "/large", "k1");

        (await first.Content.ReadAsByteArrayAsync()).Should().HaveCount(600_000).And.OnlyContain(b => b == 'x');
        again.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await again.Content.ReadAsStringAsync()).Should().Contain("idempotency-answer-not-kept");
        _application.Runs.Should().Be(1);
    }

    [Fact]
    public async Task An_answer_without_a_body_is_given_again()
    {
        await using var server = await _application.StartAsync();

        await IdempotentApplication.PostAsync(server, "/empty", "k1");
        var again = await IdempotentApplication.PostAsync(server, "/empty", "k1");

        again.StatusCode.Should().Be(HttpStatusCode.NoContent);
        again.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
    }

    [Fact]
    public async Task A_repeat_uses_no_tokens()
    {
        await using var server = await _application.StartAsync();

        await IdempotentApplication.PostAsync(server, "/tokens", "k1");
        await Waiting.UntilAsync(async () => await RemainingAsync() == 60, "the first request to be charged what it used");
        await IdempotentApplication.PostAsync(server, "/tokens", "k1");
        await Waiting.UntilAsync(async () => await RemainingAsync() == 60, "the repeat to be charged nothing");

        async Task<long> RemainingAsync() => (await server.Services.GetRequiredService<IRateLimiter>().PeekAsync(
            new RateLimitDimension("http|tokens|address=127.0.0.1", RateLimitRule.SlidingWindow(100, TimeSpan.FromMinutes(1)), 0))).Remaining;
    }

    [Theory]
    [InlineData("Header", "Idempotency Key", "*Idempotency*Header*")]
    [InlineData("Lease", "00:00:00.1", "*Idempotency*Lease*")]
    [InlineData("AdditionalHeaders:0", "Set-Cookie", "*Idempotency*AdditionalHeaders*cookie*")]
    [InlineData("Timetolife", "1", "*Idempotency*")]
    public async Task A_wrong_setting_stops_the_start_and_names_itself(string setting, string value, string message)
    {
        var start = () => _application.StartAsync(settings: new Dictionary<string, string?> { ["Http:Idempotency:" + setting] = value });

        (await start.Should().ThrowAsync<Exception>()).WithMessage(message);
    }
}
