using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Postgres.Servers;
using Pipeline.Redis.Servers;

namespace Pipeline.Fixtures;

/// <summary>
/// Data that the replicas of one test share: a key prefix on a real Redis, or a database on a real PostgreSQL. Each server is started once a run, by the first test that
/// asks, and ends with the test process. In memory nothing is shared, and each replica has data of its own.
/// </summary>
internal sealed class Backend
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly Lazy<Task<RedisServer>> Redis = new(() => RedisServer.StartAsync());
    private static readonly Lazy<Task<PostgresServer>> Postgres = new(() => PostgresServer.StartAsync());

    private readonly Action<IPipelineBuilder> _use;

    private Backend(Action<IPipelineBuilder> use) => _use = use;

    /// <summary>Prepares data of its own for a test.</summary>
    public static async Task<Backend> CreateAsync(BackendKind kind)
    {
        switch (kind)
        {
            case BackendKind.Redis:
                var (options, prefix) = ((await Redis.Value).ClientOptions(), $"test-{Guid.NewGuid():N}");
                return new(builder => builder.UseRedis(options.Clone(), configure: redis => (redis.KeyPrefix, redis.CommandTimeout) = (prefix, Patience)));
            case BackendKind.Postgres:
                var database = await (await Postgres.Value).CreateDatabaseAsync();
                return new(builder => builder.UsePostgres(database, configure: postgres => postgres.CommandTimeout = Patience));
            default:
                return new(static _ => { });
        }
    }

    /// <summary>Puts a suite on it.</summary>
    /// <remarks>A busy machine may take longer over a decision than the usual budget, and would then decide without the server.</remarks>
    public void Use(IServiceCollection services) =>
        _use(services.AddPipeline().ConfigureRateLimiting(static limits => limits.OutageBudget = TimeSpan.FromSeconds(10)));
}
