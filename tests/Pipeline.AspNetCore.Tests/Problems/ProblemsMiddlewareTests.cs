using System.Text;
using System.Text.Json;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.Fixtures;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.State;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Problems;

/// <summary>Rows V3 (problems), V11 and D7.</summary>
public sealed class ProblemsMiddlewareTests
{
    public static TheoryData<string, int, string, bool> Exceptions => new()
    {
        { nameof(RateLimitRejectedException), 429, ProblemCodes.RateLimited, true },
        { nameof(RateLimitCostTooHighException), 422, ProblemCodes.InvalidInput, false },
        { nameof(StepRejectionReason.InvalidInput), 422, ProblemCodes.InvalidInput, false },
        { nameof(StepRejectionReason.CircuitOpen), 503, ProblemCodes.CircuitOpen, true },
        { nameof(StepRejectionReason.Overloaded), 503, ProblemCodes.Overloaded, true },
        { nameof(StepTimeoutException), 504, ProblemCodes.DeadlineExceeded, false },
        { nameof(ChainTimeoutException), 504, ProblemCodes.DeadlineExceeded, false },
        { nameof(CacheFillTimeoutException), 504, ProblemCodes.DeadlineExceeded, false },
        { nameof(QueueFullException), 503, ProblemCodes.Overloaded, true },
        { nameof(StateContentionException), 503, ProblemCodes.Overloaded, true },
        { nameof(BackendUnavailableException), 503, ProblemCodes.BackendUnavailable, true },
        { nameof(UnprocessableMessageException), 422, ProblemCodes.InvalidInput, false },
        { "bad-400", 400, ProblemCodes.BadRequest, false },
        { "bad-json", 400, ProblemCodes.InvalidJson, false },
        { "bad-408", 408, ProblemCodes.RequestTimeout, false },
        { "bad-413", 413, ProblemCodes.BodyTooLarge, false },
        { "bad-415", 415, ProblemCodes.UnsupportedMediaType, false },
        { "bad-431", 431, ProblemCodes.HeadersTooLarge, false },
        { nameof(HttpProblemException), 418, "teapot", false },
        { nameof(BackendRefusedException), 500, ProblemCodes.InternalError, false },
        { nameof(OperationCanceledException), 500, ProblemCodes.InternalError, false },
        { nameof(InvalidOperationException), 500, ProblemCodes.InternalError, false },
    };

    [Theory]
    [MemberData(nameof(Exceptions))]
    public async Task What_is_thrown_becomes_a_problem_with_a_stable_code(string name, int status, string code, bool hasRetryAfter)
    {
        await using var server = await WebServer.StartAsync(app =>
        {
            app.MapGet("/now", RequestDelegateOf(name, isLate: false));
            app.MapGet("/later", RequestDelegateOf(name, isLate: true));
        });

        foreach (var path in new[] { "/now", "/later" })
        {
            using var response = await server.Client.GetAsync(path);

            var problem = await response.ReadProblemAsync();
            ((int)response.StatusCode).Should().Be(status);
            problem.Status.Should().Be(status);
            problem.Code.Should().Be(code);
            problem.Text.Should().NotContain("hunter2").And.NotContain("   at ");
            (response.Headers.RetryAfter is not null).Should().Be(hasRetryAfter);
            response.Headers.GetValues("X-Request-ID").Should().Equal(problem.RequestId);
        }
    }

    [Fact]
    public async Task An_unforeseen_error_is_logged_once_with_the_request_and_the_step_and_tells_the_caller_nothing()
    {
        await using var server = await WebServer.StartAsync(
            app => app.MapGet("/", async (IStepRunner<string, string> step) => (await step.RunAsync("x")).Value),
            (services, _) => services.AddPipeline().AddStep<string, string>("answer", (_, _, _) => throw new InvalidOperationException("password hunter2")));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/?secret=1") { Headers = { { "X-Request-ID", "r-1" } } };

        using var response = await server.Client.SendAsync(request);

        var problem = await response.ReadProblemAsync();
        problem.Code.Should().Be(ProblemCodes.InternalError);
        problem.RequestId.Should().Be("r-1");
        problem.Text.Should().NotContain("hunter2");
        await server.App.StopAsync();
        var error = server.Log.Events.Should().ContainSingle(e => e.Level >= LogLevel.Error || e.Exception != null).Subject;
        error.Id.Id.Should().Be(12050);
        error.Exception.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("hunter2");
        error.Values.Should().Contain("RequestId", "r-1").And.Contain("Step", "answer");
    }

    [Fact]
    public async Task Refusals_are_no_errors_in_the_log_and_outages_are_warned_of_once()
    {
        await using var server = await WebServer.StartAsync(app =>
        {
            app.MapGet("/refusal", RequestDelegateOf(nameof(StepRejectionReason.CircuitOpen), isLate: true));
            app.MapGet("/outage", RequestDelegateOf(nameof(BackendUnavailableException), isLate: true));
        });

        await server.Client.GetAsync("/refusal");
        await server.Client.GetAsync("/outage");

        await server.App.StopAsync();
        server.Log.Events.Should().ContainSingle(e => e.Level >= LogLevel.Warning).Which.Id.Id.Should().Be(12051);
    }

    [Fact]
    public async Task The_host_maps_its_own_exceptions_and_those_derived_from_them()
    {
        await using var server = await WebServer.StartAsync(
            app =>
            {
                app.MapGet("/file", static _ => throw new FileNotFoundException("hunter2"));
                app.MapGet("/number", static _ => throw new FormatException("hunter2"));
                app.MapGet("/limit", RequestDelegateOf(nameof(QueueFullException), isLate: false));
            },
            (services, _) => services.AddPipelineHttp()
                .AddProblem<IOException>(static _ => new HttpProblem(404, "no-file", "No file"))
                .AddProblem<FormatException>(static _ => throw new InvalidOperationException("The mapping itself."))
                .AddProblem<QueueFullException>(static _ => new HttpProblem(507, "full", "Full")));

        (await (await server.Client.GetAsync("/file")).ReadProblemAsync()).Code.Should().Be("no-file");
        (await (await server.Client.GetAsync("/limit")).ReadProblemAsync()).Code.Should().Be("full");
        (await (await server.Client.GetAsync("/number")).ReadProblemAsync()).Code.Should().Be(ProblemCodes.InternalError);
        server.Log.Events.Should().ContainSingle(e => e.Id.Id == 12050).Which.Exception.Should().BeOfType<AggregateException>()
            .Which.InnerExceptions.Should().Contain(e => e is FormatException);
    }

    [Fact]
    public async Task What_described_the_answer_that_was_begun_is_not_said_of_the_problem()
    {
        await using var server = await WebServer.StartAsync(app => app.MapGet("/", static context =>
        {
            context.Response.ContentLength = 3;
            context.Response.Headers.ETag = "\"1\"";
            context.Response.Headers.ContentEncoding = "br";
            context.Response.Headers["X-Kept"] = "yes";
            throw new InvalidOperationException();
        }));

        using var response = await server.Client.GetAsync("/");

        (await response.ReadProblemAsync()).Code.Should().Be(ProblemCodes.InternalError);
        response.Headers.ETag.Should().BeNull();
        response.Content.Headers.ContentEncoding.Should().BeEmpty();
        response.Headers.GetValues("X-Kept").Should().Equal("yes");
        response.Headers.CacheControl!.NoStore.Should().BeTrue();
    }

    [Fact]
    public async Task An_error_in_the_middle_of_an_answer_ends_the_connection_and_is_logged_once()
    {
        await using var server = await WebServer.StartAsync(app => app.MapGet("/", static async context =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException();
        }));

        var reading = async () => await server.Client.GetStringAsync("/");

        await reading.Should().ThrowAsync<HttpRequestException>();
        await server.App.StopAsync();
        server.Log.Events.Should().ContainSingle(e => e.Level >= LogLevel.Error || e.Exception is InvalidOperationException).Which.Id.Id.Should().Be(12052);
    }

    [Fact]
    public async Task A_caller_that_goes_away_is_no_error()
    {
        var begun = new TaskCompletionSource();
        await using var server = await WebServer.StartAsync(app => app.MapGet("/", async context =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        using var leaving = new CancellationTokenSource();

        var call = server.Client.GetAsync("/", leaving.Token);
        await begun.Task;
        await leaving.CancelAsync();

        await call.Invoking(c => c).Should().ThrowAsync<OperationCanceledException>();
        await server.App.StopAsync();
        server.Log.Events.Should().NotContain(e => e.Level >= LogLevel.Warning);
        server.Log.Events.Should().ContainSingle(e => e.Id.Id == 12000).Which.Values.Should().Contain("StatusCode", 499);
    }

    [Theory]
    [InlineData("{", "application/json", 400, ProblemCodes.InvalidJson)]
    [InlineData("[1]", "application/json", 400, ProblemCodes.InvalidJson)]
    [InlineData("{\"Text\":\"\\ud800\"}", "application/json", 400, ProblemCodes.InvalidJson)]
    [InlineData("{\"Text\":\"x\"}", "text/weird", 415, ProblemCodes.UnsupportedMediaType)]
    [InlineData("", "application/json", 400, null)]
    public async Task A_body_that_cannot_be_bound_is_a_clear_refusal(string body, string type, int status, string? code)
    {
        await using var server = await WebServer.StartAsync(app => app.MapPost("/", static (Dictionary<string, string> input) => input.Count));

        using var response = await server.Client.PostAsync("/", new StringContent(body, Encoding.UTF8, type));

        var problem = await response.ReadProblemAsync();
        problem.Status.Should().Be(status);
        problem.Text.Should().NotContain("Dictionary").And.NotContain("Exception");
        if (code is not null)
            problem.Code.Should().Be(code);
        server.Log.Events.Should().NotContain(e => e.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Invalid_UTF_8_is_a_clear_refusal()
    {
        await using var server = await WebServer.StartAsync(app => app.MapPost("/", static (Dictionary<string, string> input) => input.Count));
        using var content = new ByteArrayContent([.. "{\"Text\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");

        using var response = await server.Client.PostAsync("/", content);

        (await response.ReadProblemAsync()).Code.Should().Be(ProblemCodes.InvalidJson);
    }

    [Fact]
    public void It_needs_the_edge()
    {
        var app = new ApplicationBuilder(new ServiceCollection().BuildServiceProvider());

        app.Invoking(static a => a.UsePipelineProblems()).Should().Throw<InvalidOperationException>().WithMessage("*Call AddPipelineHttp*");
    }

    private static RequestDelegate RequestDelegateOf(string name, bool isLate) => async context =>
    {
        if (isLate)
            await Task.Yield();
        throw ExceptionOf(name);
    };

    private static Exception ExceptionOf(string name) => name switch
    {
        nameof(RateLimitRejectedException) => new RateLimitRejectedException(
            RateLimitDecision.Denied(RateLimitRule.SlidingWindow(1, TimeSpan.FromSeconds(10)), 0, 0, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3))),
        nameof(RateLimitCostTooHighException) => new RateLimitCostTooHighException(RateLimitRule.SlidingWindow(1, TimeSpan.FromSeconds(1)), 2),
        nameof(StepRejectionReason.InvalidInput) => new StepRejectedException("s", StepRejectionReason.InvalidInput, "the text is empty."),
        nameof(StepRejectionReason.CircuitOpen) => new StepRejectedException("s", StepRejectionReason.CircuitOpen, "open.", new IOException("hunter2")),
        nameof(StepRejectionReason.Overloaded) => new StepRejectedException("s", StepRejectionReason.Overloaded, "full."),
        nameof(StepTimeoutException) => new StepTimeoutException("s", TimeSpan.FromSeconds(1)),
        nameof(ChainTimeoutException) => new ChainTimeoutException("c", "s", TimeSpan.FromSeconds(1)),
        nameof(CacheFillTimeoutException) => new CacheFillTimeoutException(TimeSpan.FromSeconds(1)),
        nameof(QueueFullException) => new QueueFullException("q", 1),
        nameof(StateContentionException) => new StateContentionException("x", 1),
        nameof(BackendUnavailableException) => new BackendUnavailableException("Redis at hunter2:6379", "queue receive"),
        nameof(UnprocessableMessageException) => new UnprocessableMessageException("hunter2"),
        "bad-400" => new BadHttpRequestException("hunter2"),
        "bad-json" => new BadHttpRequestException("hunter2", 400, new JsonException("hunter2")),
        "bad-408" => new BadHttpRequestException("hunter2", 408),
        "bad-413" => new BadHttpRequestException("hunter2", 413),
        "bad-415" => new BadHttpRequestException("hunter2", 415),
        "bad-431" => new BadHttpRequestException("hunter2", 431),
        nameof(HttpProblemException) => new HttpProblemException(new HttpProblem(418, "teapot", "Teapot"), new IOException("hunter2")),
        nameof(BackendRefusedException) => new BackendRefusedException("Redis at hunter2:6379", "x", "hunter2", "hunter2"),
        nameof(OperationCanceledException) => new OperationCanceledException("hunter2"),
        _ => new InvalidOperationException("hunter2"),
    };
}
