using System.Net;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Conformance;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.RequestLimits;

/// <summary>Rows V3 and I5: deadlines of endpoints and models.</summary>
public sealed class DeadlineTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _clock = new();
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebServer _server = null!;

    public async Task InitializeAsync() => _server = await WebServer.StartAsync(
        app =>
        {
            app.MapGet("/default", WaitAsync);
            app.MapGet("/short", WaitAsync).WithDeadline(TimeSpan.FromSeconds(5));
            app.MapGet("/framework", WaitAsync).WithRequestTimeout(TimeSpan.FromSeconds(7));
            app.MapGet("/endless", WaitAsync).DisableRequestTimeout();
            app.MapGroup("/group").WithDeadline(TimeSpan.FromSeconds(5)).MapGet("/own", WaitAsync).WithDeadline(TimeSpan.FromSeconds(9));
            app.MapGet("/models/{model}", WaitAsync).WithModelDeadline(static context => (string?)context.GetRouteValue("model"));
            app.MapPost("/predict", (HttpContext context, CancellationToken token) =>
            {
                context.SetModel(context.Request.Query["model"]!);
                return WaitAsync(context, token);
            });
            app.MapGet("/begun", async (HttpContext context, CancellationToken token) =>
            {
                await context.Response.WriteAsync("begun", token);
                await context.Response.Body.FlushAsync(token);
                await WaitAsync(context, token);
            }).WithDeadline(TimeSpan.FromSeconds(5));
        },
        (services, _) => services.AddSingleton<TimeProvider>(_clock),
        new Dictionary<string, string?>
        {
            ["Http:Deadlines:Default"] = "120",
            ["Http:Deadlines:Models:bert:v1"] = "30",
            ["Http:Deadlines:Models:bert"] = "00:00:20",
            ["Http:Deadlines:Models:llm:large:2024"] = "300.5",
        });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("/default", 120)]
    [InlineData("/short", 5)]
    [InlineData("/framework", 7)]
    [InlineData("/group/own", 9)]
    [InlineData("/models/bert:v1", 30)]
    [InlineData("/models/bert:v2", 20)]
    [InlineData("/models/unknown:v1", 120)]
    public async Task A_request_past_its_deadline_is_a_504(string path, int seconds)
    {
        var asked = _server.Client.GetAsync(path);
        await _arrived.Task;

        _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        _aborted.Task.IsCompleted.Should().BeFalse();
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        var response = await asked;

        response.StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await response.Content.ReadAsStringAsync()).Should().Contain("\"code\":\"deadline-exceeded\"");
        _aborted.Task.IsCompleted.Should().BeTrue("the endpoint was told");
    }

    [Theory]
    [InlineData("bert:v1", 30)]
    [InlineData("llm:large:2024", 300.5)]
    public async Task A_model_that_only_the_endpoint_knows_moves_the_deadline_of_the_token_that_it_has(string model, double seconds)
    {
        var asked = _server.Client.PostAsync($"/predict?model={model}", content: null);
        await _arrived.Task;

        _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        _aborted.Task.IsCompleted.Should().BeFalse();
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        (await asked).StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);
    }

    [Fact]
    public async Task An_endpoint_without_a_deadline_is_not_cancelled()
    {
        using var gone = new CancellationTokenSource();
        var asked = _server.Client.GetAsync("/endless", gone.Token);
        await _arrived.Task;

        _clock.Advance(TimeSpan.FromDays(1));
        _aborted.Task.IsCompleted.Should().BeFalse();

        await gone.CancelAsync();
        await _aborted.Task;
        await asked.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_client_that_goes_cancels_as_before()
    {
        using var gone = new CancellationTokenSource();
        var asked = _server.Client.GetAsync("/default", gone.Token);
        await _arrived.Task;

        await gone.CancelAsync();

        await _aborted.Task;
        await asked.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_response_that_has_begun_is_cut_off()
    {
        var response = await _server.Client.GetAsync("/begun", HttpCompletionOption.ResponseHeadersRead);
        await _arrived.Task;

        _clock.Advance(TimeSpan.FromSeconds(5));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        await response.Content.Awaiting(content => content.ReadAsStringAsync()).Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task The_feature_of_the_framework_tells_the_deadline_and_can_end_it()
    {
        var (timeout, read) = (new TaskCompletionSource<IHttpRequestTimeoutFeature>(), new TaskCompletionSource());
        await using var server = await WebServer.StartAsync(
            app => app.MapGet("/", async context =>
            {
                timeout.SetResult(context.Features.Get<IHttpRequestTimeoutFeature>()!);
                await read.Task;
            }).WithDeadline(TimeSpan.FromSeconds(5)),
            (services, _) => services.AddSingleton<TimeProvider>(_clock));

        var asked = server.Client.GetAsync("/");
        var feature = await timeout.Task;
        var token = feature.RequestTimeoutToken;
        feature.DisableTimeout();
        _clock.Advance(TimeSpan.FromMinutes(1));
        token.IsCancellationRequested.Should().BeFalse();
        read.SetResult();

        (await asked).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("Default", "soon", "*Deadlines:Default*seconds*00:02:00*")]
    [InlineData("Default", "0", "*Default*Give a value*")]
    [InlineData("Models:bert:v1", "90000", "*bert:v1*Give a value*")]
    [InlineData("Modells:bert:v1", "9", "*Modells*")]
    public async Task A_wrong_setting_stops_the_start_and_names_itself(string setting, string value, string message)
    {
        var start = () => WebServer.StartAsync(static _ => { }, settings: new Dictionary<string, string?> { ["Http:Deadlines:" + setting] = value });

        (await start.Should().ThrowAsync<Exception>()).WithMessage(message);
    }

    [Fact]
    public async Task Off_is_no_deadline()
    {
        await using var server = await WebServer.StartAsync(static _ => { }, settings: new Dictionary<string, string?> { ["Http:Deadlines:Default"] = "off" });

        server.Services.GetRequiredService<IOptions<DeadlineOptions>>().Value.Default.Should().BeNull();
    }

    private async Task WaitAsync(HttpContext context, CancellationToken token)
    {
        using var registration = token.Register(() => _aborted.TrySetResult());
        _arrived.SetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, token);
    }
}
