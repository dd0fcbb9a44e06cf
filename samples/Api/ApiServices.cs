using Api.Answering;
using Api.Documents;
using Pipeline.DependencyInjection;
using Pipeline.RateLimiting;
using Pipeline.Steps;

namespace Api;

/// <summary>All that the service is made of.</summary>
internal static class ApiServices
{
    public static IServiceCollection AddApi(this IServiceCollection services, IConfiguration configuration) =>
        services.AddEdge(configuration).AddWork(configuration);

    /// <summary>What the endpoints do their work with.</summary>
    public static IServiceCollection AddWork(this IServiceCollection services, IConfiguration configuration)
    {
        services.ConfigureHttpJsonOptions(static options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        services.AddPipeline(configuration.GetSection("Pipeline"))
            .UseJson(ApiJson.Default)
            .AddStep<Question, Answer, AnswerStep>("answer", static step => step
                .Model(static question => question.Model)
                .Validate(Models.FindProblem)
                .Cache(TimeSpan.FromHours(1))
                .Timeout(total: TimeSpan.FromSeconds(20), attempt: TimeSpan.FromSeconds(6))
                .Retry(maxRetryAttempts: 2)
                .CircuitBreaker()
                .Concurrency(64, maxQueued: 256))
            .AddQueue<Document>("documents", static queue => queue.Capacity = 10_000)
            .AddChain<Document>("index", static chain => chain.Then<IndexStep>("index").Timeout(TimeSpan.FromSeconds(20)))
            .AddWorker("documents", chain: "index", static worker => worker.Concurrency = 4)
            .AddQueueMetrics()
            .UseBackend(configuration);
        return services;
    }

    /// <summary>What stands before the endpoints.</summary>
    private static IServiceCollection AddEdge(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddAuthentication().AddPipelineApiKeys();
        services.AddPipelineHttp(configuration.GetSection("Http"))
            .AddRateLimit("burst", RateLimitRule.SlidingWindow(10, TimeSpan.FromSeconds(1)), HttpPartition.ApiKey)
            .AddRateLimit("ask", RateLimitRule.SlidingWindow(60, TimeSpan.FromMinutes(1)), HttpPartition.ApiKey)
            .AddRateLimit("documents", RateLimitRule.SlidingWindow(100, TimeSpan.FromMinutes(1)), HttpPartition.ApiKey)
            .AddRateLimit("tokens", RateLimitRule.TokenBucket(100_000, TimeSpan.FromMinutes(1)), HttpPartition.Tenant);
        return services;
    }

    private static void UseBackend(this IPipelineBuilder pipeline, IConfiguration configuration)
    {
        switch (configuration.GetValue<BackendKind>("Backend"))
        {
            case BackendKind.Redis:
                pipeline.UseRedis(ConnectionString("Redis"));
                break;
            case BackendKind.Postgres:
                pipeline.UsePostgres(ConnectionString("Postgres"));
                break;
        }

        string ConnectionString(string name) => configuration.GetConnectionString(name) is { Length: > 0 } text
            ? text
            : throw new InvalidOperationException($"Backend is {name}, and ConnectionStrings:{name} is missing. Give it, or set Backend to Memory.");
    }
}
