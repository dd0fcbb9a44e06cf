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
    private int _runs;

    [Fact]
    public async Task A_repeat_gets_the_first_answer_whole()
    {
        await using var server = await StartAsync();

        var first = await PostAsync(server, "/orders", "k1");
        var repeat = await PostAsync(server, "/orders", "\"k1\"");

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
        await using var server = await StartAsync();

        await PostAsync(server, "/orders", key: null);
        await PostAsync(server, "/orders", key: null);
        _runs.Should().Be(2);
        var refused = await PostAsync(server, "/strict", key: null);

        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).Should().Contain("idempotency-key-invalid");
        _runs.Should().Be(2);
    }

    [Fact]
    public async Task The_same_key_for_another_request_is_a_422()
    {
        await using var server = await StartAsync();
        await PostAsync(server, "/orders", "k1");

        var otherBody = await PostAsync(server, "/orders", "k1", body: "[2]");
        var otherQuery = await PostAsync(server, "/orders?dry=1", "k1");

        foreach (var refused in new[] { otherBody, otherQuery })
        {
            refused.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
            (await refused.Content.ReadAsStringAsync()).Should().Contain("idempotency-key-reused");
        }

        _runs.Should().Be(1);
    }

    [Fact]
    public async Task A_key_is_of_one_caller_and_one_route()
    {
        await using var server = await StartAsync();

        foreach (var (key, tenant) in new[] { ("a", "one"), ("b", "one"), ("a", "two") })
        {
            using var message = TestCaller.Message(HttpMethod.Post, "/orders", key, tenant);
            (await SendAsync(server, message, "k1", "[1]")).Headers.Contains("Idempotency-Replayed").Should().BeFalse();
        }

        (await PostAsync(server, "/orders", "k1")).Headers.Contains("Idempotency-Replayed").Should().BeFalse();
        (await PostAsync(server, "/strict", "k1")).Headers.Contains("Idempotency-Replayed").Should().BeFalse();
        _runs.Should().Be(5);
    }

    [Theory]
    [InlineData("Idempotency-Key: \r\n")]
    [InlineData("Idempotency-Key: a b\r\n")]
    [InlineData("Idempotency-Key: \"a\r\n")]
    [InlineData("Idempotency-Key: a\r\nIdempotency-Key: b\r\n")]
    [InlineData("HUGE")]
    public async Task A_malformed_key_is_a_400(string header)
    {
        await using var server = await StartAsync();
        header = header == "HUGE" ? $"Idempotency-Key: {new string('k', 256)}\r\n" : header;

        var answer = await RawClient.AskAsync(server.EndPoint, RawClient.Post("/orders", "[1]", "Content-Type: application/json\r\n" + header));

        answer.Should().StartWith("HTTP/1.1 400 ").And.Contain("\"code\":\"idempotency-key-invalid\"");
        _runs.Should().Be(0);
    }

    [Fact]
    public async Task A_key_beyond_what_headers_may_be_is_refused_by_the_server()
    {
        await using var server = await StartAsync();

        var answer = await RawClient.AskAsync(server.EndPoint, RawClient.Post("/orders", "[1]", $"Idempotency-Key: {new string('k', 40_000)}\r\n"));

        answer.Should().StartWith("HTTP/1.1 431 ");
        _runs.Should().Be(0);
    }

    [Theory]
    [InlineData("/fails", HttpStatusCode.ServiceUnavailable)]
    [InlineData("/throws", HttpStatusCode.InternalServerError)]
    [InlineData("/busy", HttpStatusCode.TooManyRequests)]
    public async Task After_an_answer_that_asks_to_try_again_the_request_runs_again(string path, HttpStatusCode status)
    {
        await using var server = await StartAsync();

        (await PostAsync(server, path, "k1")).StatusCode.Should().Be(status);
        var again = await PostAsync(server, path, "k1");

        again.StatusCode.Should().Be(status);
        again.Headers.Contains("Idempotency-Replayed").Should().BeFalse();
        _runs.Should().Be(2);
    }

    [Fact]
    public async Task A_refusal_of_the_endpoint_is_its_answer()
    {
        await using var server = await StartAsync();

        await PostAsync(server, "/refuses", "k1");
        var again = await PostAsync(server, "/refuses", "k1");

        again.StatusCode.Should().Be(HttpStatusCode.Conflict);
        again.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
        _runs.Should().Be(1);
    }

    [Fact]
    public async Task An_answer_too_large_to_keep_reaches_its_caller_and_is_not_made_again()
    {
        await using var server = await StartAsync();

        var first = await PostAsync(server, "/large", "k1");
        var again = await PostAsync(server, "/large", "k1");

        (await first.Content.ReadAsByteArrayAsync()).Should().HaveCount(600_000).And.OnlyContain(b => b == 'x');
        again.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await again.Content.ReadAsStringAsync()).Should().Contain("idempotency-answer-not-kept");
        _runs.Should().Be(1);
    }

    [Fact]
    public async Task An_answer_without_a_body_is_given_again()
    {
        await using var server = await StartAsync();

        await PostAsync(server, "/empty", "k1");
        var again = await PostAsync(server, "/empty", "k1");

        again.StatusCode.Should().Be(HttpStatusCode.NoContent);
        again.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
    }

    [Fact]
    public async Task A_caller_that_goes_away_does_not_stop_the_work()
    {
        var (arrived, mayEnd) = (Signal(), Signal());
        await using var server = await StartAsync(wait: async token =>
        {
            arrived.TrySetResult();
            await mayEnd.Task.WaitAsync(token);
        });
        using var raw = await RawClient.ConnectAsync(server.EndPoint);
        await raw.SendAsync(RawClient.Post("/slow", "[1]", "Content-Type: application/json; charset=utf-8\r\nIdempotency-Key: k1\r\n"));
        await arrived.Task;

        raw.Dispose();
        await Waiting.UntilAsync(
            () => Task.FromResult(server.Log.Events.Any(entry => entry.Text.Contains("FIN", StringComparison.Ordinal) || entry.Text.Contains("reset", StringComparison.Ordinal))),
            "the server to see that the caller is gone");
        mayEnd.SetResult();
        HttpResponseMessage again;
        while ((again = await PostAsync(server, "/slow", "k1")).StatusCode == HttpStatusCode.Conflict)
            again.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));

        again.StatusCode.Should().Be(HttpStatusCode.OK);
        again.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
        _runs.Should().Be(1);
    }

    [Fact]
    public async Task The_deadline_stops_the_work_and_a_repeat_runs()
    {
        var clock = new ManualTimeProvider();
        var arrived = Signal();
        await using var server = await StartAsync(
            wait: async token =>
            {
                arrived.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            },
            services: services => services.AddSingleton<TimeProvider>(clock),
            settings: new Dictionary<string, string?> { ["Http:Deadlines:Default"] = "10" });

        var first = PostAsync(server, "/slow", "k1");
        await arrived.Task;
        clock.Advance(TimeSpan.FromSeconds(10));
        (await first).StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);

        arrived = Signal();
        var second = PostAsync(server, "/slow", "k1");
        await arrived.Task;
        clock.Advance(TimeSpan.FromSeconds(10));
        (await second).StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);
        _runs.Should().Be(2);
    }

    [Theory]
    [InlineData(BackendKind.Memory)]
    [InlineData(BackendKind.Redis)]
    [InlineData(BackendKind.Postgres)]
    public async Task Of_simultaneous_requests_to_all_replicas_one_runs_and_the_others_are_told_to_wait(BackendKind kind)
    {
        var backend = await Backend.CreateAsync(kind);
        var (arrived, mayEnd) = (Signal(), Signal());
        async Task Wait(CancellationToken token)
        {
            arrived.TrySetResult();
            await mayEnd.Task.WaitAsync(token);
        }

        await using var one = await StartAsync(Wait, backend.Use);
        await using var two = kind == BackendKind.Memory ? null : await StartAsync(Wait, backend.Use);
        var servers = new[] { one, two ?? one };

        var asked = Enumerable.Range(0, 8).Select(i => PostAsync(servers[i % 2], "/slow", "k1")).ToList();
        await arrived.Task;
        var waiting = new List<HttpResponseMessage>();
        while (waiting.Count < 7)
        {
            var done = await Task.WhenAny(asked);
            asked.Remove(done);
            waiting.Add(await done);
        }

        mayEnd.SetResult();
        var answer = await asked.Single();
        var repeats = await Task.WhenAll(servers.Select(server => PostAsync(server, "/slow", "k1")));

        waiting.Should().OnlyContain(response => response.StatusCode == HttpStatusCode.Conflict && response.Headers.RetryAfter != null);
        (await waiting[0].Content.ReadAsStringAsync()).Should().Contain("idempotency-in-progress");
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        repeats.Should().OnlyContain(response => response.StatusCode == HttpStatusCode.OK && response.Headers.Contains("Idempotency-Replayed"));
        _runs.Should().Be(1);
    }

    [Fact]
    public async Task A_repeat_uses_no_tokens()
    {
        await using var server = await StartAsync();

        await PostAsync(server, "/tokens", "k1");
        await Waiting.UntilAsync(async () => await RemainingAsync() == 60, "the first request to be charged what it used");
        await PostAsync(server, "/tokens", "k1");
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
        var start = () => StartAsync(settings: new Dictionary<string, string?> { ["Http:Idempotency:" + setting] = value });

        (await start.Should().ThrowAsync<Exception>()).WithMessage(message);
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Task<HttpResponseMessage> PostAsync(WebServer server, string path, string? key, string body = "[1]") =>
        SendAsync(server, new HttpRequestMessage(HttpMethod.Post, path), key, body);

    private static async Task<HttpResponseMessage> SendAsync(WebServer server, HttpRequestMessage message, string? key, string body)
    {
        message.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null)
            message.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await server.Client.SendAsync(message);
    }

    private Task<WebServer> StartAsync(
        Func<CancellationToken, Task>? wait = null, Action<IServiceCollection>? services = null, IReadOnlyDictionary<string, string?>? settings = null) =>
        WebServer.StartAsync(
            app => Map(app, wait ?? (_ => Task.CompletedTask)),
            (collection, _) =>
            {
                TestCaller.Add(collection);
                collection.AddPipelineHttp().AddRateLimit("tokens", RateLimitRule.SlidingWindow(100, TimeSpan.FromMinutes(1)));
                services?.Invoke(collection);
            },
            settings);

    private void Map(WebApplication app, Func<CancellationToken, Task> wait)
    {
        var once = app.MapGroup("").WithIdempotency();
        once.MapPost("/orders", async context =>
        {
            var run = Interlocked.Increment(ref _runs);
            using var reader = new StreamReader(context.Request.Body);
            var response = context.Response;
            response.StatusCode = StatusCodes.Status201Created;
            response.ContentType = "text/plain; charset=utf-8";
            response.Headers.Location = $"/orders/{run}";
            response.Headers.ETag = "\"v1\"";
            response.Headers["X-Extra"] = "not kept";
            response.Cookies.Append("session", "secret");
            await response.WriteAsync($"order {run}: ");
            await response.Body.FlushAsync();
            await response.WriteAsync(await reader.ReadToEndAsync());
        });
        app.MapPost("/strict", Count).WithIdempotency(required: true);
        once.MapPost("/fails", () => Answer(StatusCodes.Status503ServiceUnavailable));
        once.MapPost("/busy", () => Answer(StatusCodes.Status429TooManyRequests));
        once.MapPost("/refuses", () => Answer(StatusCodes.Status409Conflict));
        once.MapPost("/empty", () => Answer(StatusCodes.Status204NoContent));
        once.MapPost("/throws", _ =>
        {
            Count();
            throw new InvalidOperationException("It failed.");
        });
        once.MapPost("/large", async context =>
        {
            Count();
            for (var i = 0; i < 60; i++)
                await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(new string('x', 10_000)));
        });
        once.MapPost("/slow", async (CancellationToken token) =>
        {
            Count();
            await wait(token);
            return "done";
        });
        once.MapPost("/tokens", context =>
        {
            context.ReportTokens(40);
            return Task.CompletedTask;
        }).RequireTokenBudget("tokens", estimate: 10);
    }

    private void Count() => Interlocked.Increment(ref _runs);

    private IResult Answer(int status)
    {
        Count();
        return Results.StatusCode(status);
    }
}
