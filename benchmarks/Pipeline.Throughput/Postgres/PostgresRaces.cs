using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.DependencyInjection;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.State;
using Pipeline.Telemetry;

namespace Pipeline.Throughput.Postgres;

/// <summary>Every piece of work by bare statements and by the suite, in turns, over the same client library against the same server.</summary>
internal static class PostgresRaces
{
    public static async Task RunAsync(string connectionString, string filter, TimeSpan round)
    {
        await using var bare = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 100, AutoPrepareMinUsages = 2, NoResetOnClose = true });
        var services = new ServiceCollection();
        services.AddPipeline().UsePostgres(connectionString).AddQueue("throughput");

        // What is measured is the server, not what decides in its place while it is slow.
        services.Configure<RateLimitingOptions>(static options => options.OutageBudget = TimeSpan.FromSeconds(10));
        services.AddPipeline("blocks").UsePostgres(connectionString, PipelineRoles.RateLimiting)
            .ConfigureRateLimiting(static options => (options.OutageBudget, options.BlockSize) = (TimeSpan.FromSeconds(10), 1_000));
        await using var provider = services.BuildServiceProvider();
        await provider.StartPipelineAsync();

        var queue = provider.GetRequiredService<IQueueProvider>().GetQueue("throughput");
        List<Comparison> comparisons =
        [
            .. await new PostgresQueueComparisons(bare, queue).CreateAsync(),
            .. await new PostgresTelemetryComparisons(bare, provider.GetRequiredService<TelemetrySinks>().Single(static sink => string.Equals(sink.Name, "postgres", StringComparison.Ordinal)))
                .CreateAsync(),
            .. await new PostgresStateComparisons(bare, provider.GetRequiredService<IStateStore>()).CreateAsync(),
            .. await new PostgresLimiterComparisons(bare, provider.GetRequiredService<IRateLimiter>(), provider.GetRequiredKeyedService<IRateLimiter>("blocks")).CreateAsync(),
        ];
        Race.WriteHeader();
        foreach (var comparison in comparisons.Where(one => one.Name.Contains(filter, StringComparison.Ordinal)))
        {
            await new Race(round, rounds: 5).RunAsync(comparison);
        }

        var endurance = new QueueEndurance(bare, queue);
        if ("depth".Contains(filter, StringComparison.Ordinal))
        {
            await endurance.MeasureDepthAsync(5_000_000);
        }

        if ("vacuum".Contains(filter, StringComparison.Ordinal))
        {
            await endurance.MeasureHeldBackVacuumAsync(TimeSpan.FromSeconds(60));
        }

        if ("bloat".Contains(filter, StringComparison.Ordinal))
        {
            await endurance.MeasureBloatAsync(10_000_000);
        }
    }
}
