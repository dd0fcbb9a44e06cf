using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Fixtures;
using Pipeline.RateLimiting;

namespace Pipeline.Idempotency;

/// <summary>An application whose endpoints heed idempotency keys, and which counts how often they run.</summary>
internal sealed class IdempotentApplication
{
    private int _runs;

    /// <summary>How often an endpoint has run, in all replicas.</summary>
    public int Runs => _runs;

    /// <summary>Posts as nobody in particular.</summary>
    public static Task<HttpResponseMessage> PostAsync(WebServer server, string path, string? key, string body = "[1]") =>
        SendAsync(server, new HttpRequestMessage(HttpMethod.Post, path), key, body);

    /// <summary>Posts with a key, or without.</summary>
    public static async Task<HttpResponseMessage> SendAsync(WebServer server, HttpRequestMessage message, string? key, string body)
    {
        message.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null)
            message.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await server.Client.SendAsync(message);
    }

    /// <summary>Starts a replica.</summary>
    /// <param name="wait">What <c>/slow</c> and <c>/large</c> wait for before their last words.</param>
    /// <param name="services">Adds services.</param>
    /// <param name="settings">The configuration.</param>
    public Task<WebServer> StartAsync(
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
            await wait(context.RequestAborted);
        });
        once.MapPost("/slow", async context =>
        {
            var run = Interlocked.Increment(ref _runs);
            var response = context.Response;
            response.ContentType = "text/plain; charset=utf-8";
            response.ContentLength = "done 1".Length;
            response.Headers.ETag = $"\"{run}\"";
            await response.WriteAsync("done ");
            await wait(context.RequestAborted);
            await response.WriteAsync($"{run}");
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
