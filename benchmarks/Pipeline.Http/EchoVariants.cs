using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.RateLimiting;
using Pipeline.Requests;

namespace Pipeline.Http;

/// <summary>An endpoint that does next to nothing, behind each middleware by itself, and behind all.</summary>
internal static class EchoVariants
{
    private const string Path = "/echo";
    private const string Limit = "ask";
    private const string Burst = "burst";

    private static readonly Load Load = new(Path, JsonSerializer.Serialize(
        new EchoRequest(
            "0b8f4e5c9a1d4c7e", "large:2030-01", new string('t', 700), [.. Enumerable.Range(1, 60)],
            [.. Enumerable.Range(0, 8).Select(static number => new EchoRequest.Part("user", $"{number}: the quick brown fox jumps over the lazy dog, and the other way round."))]),
        EchoJsonContext.Default.EchoRequest));

    public static IReadOnlyList<Variant> All { get; } =
    [
        Server("bare", static _ => { }, static _ => { }, static _ => { }),
        Of("request id", static app => app.UsePipelineRequestIds()),
        Of("request log", static app => app.UsePipelineRequestLog()),
        Of("security headers", static app => app.UsePipelineSecurityHeaders()),
        Of("problems", static app => app.UsePipelineProblems()),
        Of("drain", static app => app.UsePipelineDraining()),
        Of("deadline", static app => app.UsePipelineDeadlines()),
        Of("API key", static app => app.UseAuthentication().UseAuthorization(), static endpoint => endpoint.RequireAuthorization(), AddKeys),
        Of("call context", static app => app.UsePipelineCallContext()),
        Of("rate limits (two)", static app => app.UsePipelineRateLimits(), static endpoint => endpoint.RequireRateLimit(Limit, Burst)),
        Of("body and JSON limits", static app => app.UsePipelineBodyLimits()),
        Of("metrics collected", static app => app.MapPipelineMetrics()),
        Of("idempotency, no key", static app => app.UsePipelineIdempotency(), static endpoint => endpoint.WithIdempotency()),
        Of("idempotency, a new key each", static app => app.UsePipelineIdempotency(), static endpoint => endpoint.WithIdempotency()) with { SendsIdempotencyKeys = true },
        Server("all", AddAll, UseAll, static endpoint => endpoint.RequireRateLimit(Limit, Burst).WithIdempotency().RequireAuthorization()),
        Server("all, a new key each", AddAll, UseAll, static endpoint => endpoint.RequireRateLimit(Limit, Burst).WithIdempotency().RequireAuthorization()) with
        {
            SendsIdempotencyKeys = true,
        },
    ];

    private static Variant Of(
        string name, Action<WebApplication> middleware, Action<IEndpointConventionBuilder>? endpoint = null, Action<IServiceCollection>? services = null) => Server(
        name,
        collection =>
        {
            AddEdge(collection);
            services?.Invoke(collection);
        },
        app =>
        {
            app.UseRouting();
            middleware(app);
        },
        endpoint ?? (static _ => { }));

    private static Variant Server(
        string name, Action<IServiceCollection> services, Action<WebApplication> middleware, Action<IEndpointConventionBuilder> endpoint) => new(
        name,
        Load,
        builder =>
        {
            services(builder.Services);
            var app = builder.Build();
            middleware(app);
            endpoint(app.MapPost(Path, (RequestDelegate)EchoAsync));
            return app;
        });

    private static async Task EchoAsync(HttpContext context)
    {
        var request = await context.Request.ReadFromJsonAsync(EchoJsonContext.Default.EchoRequest, context.RequestAborted);
        var answer = new EchoResponse(request!.Id, request.Text.Length, request.Numbers.Sum());
        await context.Response.WriteAsJsonAsync(answer, EchoJsonContext.Default.EchoResponse, cancellationToken: context.RequestAborted);
    }

    private static void AddAll(IServiceCollection services)
    {
        AddEdge(services);
        AddKeys(services);
    }

    private static void AddEdge(IServiceCollection services)
    {
        services.AddPipeline();
        services.AddPipelineHttp()
            .AddRateLimit(Limit, RateLimitRule.SlidingWindow(1_000_000_000, TimeSpan.FromMinutes(1)))
            .AddRateLimit(Burst, RateLimitRule.TokenBucket(1_000_000_000, TimeSpan.FromSeconds(1)), HttpPartition.Address);
        services.Configure<SecurityHeadersOptions>(static options => options.Enabled = true);
    }

    private static void AddKeys(IServiceCollection services)
    {
        services.AddAuthentication().AddPipelineApiKeys(static options => options.Keys = $"benchmark={Variant.Key}");
        services.AddAuthorization();
    }

    private static void UseAll(WebApplication app)
    {
        app.UsePipeline();
        app.MapPipelineHealth();
        app.MapPipelineMetrics();
    }
}
