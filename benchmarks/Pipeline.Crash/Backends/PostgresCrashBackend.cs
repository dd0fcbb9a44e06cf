using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Postgres.Servers;

namespace Pipeline.Crash.Backends;

/// <summary>One PostgreSQL server with fsync and synchronous_commit on.</summary>
internal sealed class PostgresCrashBackend : ICrashBackend
{
    public async Task<ICrashServer> StartServerAsync()
    {
        var server = await PostgresServer.StartAsync(new PostgresServerOptions { Durable = true });
        return new PostgresCrashServer(server, await server.CreateDatabaseAsync());
    }

    public void Use(IPipelineBuilder pipeline, string address, TimeSpan commandTimeout) =>
        pipeline.UsePostgres(address, PipelineRoles.Queues, options => options.CommandTimeout = commandTimeout);
}
