using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.RateLimiting;
using Pipeline.Requests;

namespace Pipeline.Http;

/// <summary>One set of middleware before the endpoint.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Services">Registers what it needs.</param>
/// <param name="Middleware">Adds it.</param>
/// <param name="Endpoint">Asks for it at the endpoint.</param>
internal sealed record Variant(
    string Name, Action<IServiceCollection> Services, Action<WebApplication> Middleware, Action<IEndpointConventionBuilder> Endpoint)
{
    public const string Bare = "bare";

    /// <summary>An API key of the servers under load, which is no secret.</summary>
    public const string Key = "benchmark-key-of-no-worth-0123456789";

    private const string Limit = "ask";
    private const string Burst = "burst";

    /// <summary>Whether each request has an <c>Idempotency-Key</c> of its own, so that each answer is stored.</summary>
    public bool SendsIdempotencyKeys { get; private init; }

    public static IReadOnlyList<Variant> All { get; } =
    [
        new(Bare, static _ => { }, static _ => { }, static _ => { }),
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
        new("all", AddAll, UseAll, static endpoint => endpoint.RequireRateLimit(Limit, Burst).WithIdempotency().RequireAuthorization()),
        new("all, a new key each", AddAll, UseAll, static endpoint => endpoint.RequireRateLimit(Limit, Burst).WithIdempotency().RequireAuthorization())
        {
            SendsIdempotencyKeys = true,
        },
    ];

    public static Variant Find(string name) => All.First(one => string.Equals(one.Name, name, StringComparison.Ordinal));

    private static Variant Of(
        string name, Action<WebApplication> middleware, Action<IEndpointConventionBuilder>? endpoint = null, Action<IServiceCollection>? services = null) => new(
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
        services.AddAuthentication().AddPipelineApiKeys(static options => options.Keys = $"benchmark={Key}");
        services.AddAuthorization();
    }

    private static void UseAll(WebApplication app)
    {
        app.UsePipeline();
        app.MapPipelineHealth();
        app.MapPipelineMetrics();
    }
}
