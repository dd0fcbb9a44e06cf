using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Redis.Servers;

namespace Pipeline.Crash.Backends;

/// <summary>One redis-server with an append-only file that is synced before each answer.</summary>
internal sealed class RedisCrashBackend : ICrashBackend
{
    public async Task<ICrashServer> StartServerAsync() => new RedisCrashServer(await RedisServer.StartAsync(new RedisServerOptions { AppendFsync = "always" }));

    public void Use(IPipelineBuilder pipeline, string address, TimeSpan commandTimeout) =>
        pipeline.UseRedis(address, PipelineRoles.Queues, options => options.CommandTimeout = commandTimeout);
}
