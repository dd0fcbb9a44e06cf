using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.Diagnostics;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.State;
using Pipeline.Telemetry;

namespace Pipeline.DependencyInjection;

/// <summary>All that this package registers.</summary>
internal static class RedisRegistration
{
    private const string ClaimedBy = "UseRedis";

    /// <param name="builder">The suite.</param>
    /// <param name="source">Finds where the connection comes from.</param>
    /// <param name="roles">The roles to take. Those that Redis cannot play are passed over.</param>
    /// <param name="configure">How Redis is used.</param>
    public static IPipelineBuilder Add(
        IPipelineBuilder builder, Func<IServiceProvider, RedisSource> source, PipelineRoles roles, Action<RedisOptions>? configure)
    {
        var options = new RedisOptions();
        configure?.Invoke(options);
        new RedisOptionsValidator().ThrowIfInvalid("Redis", options);

        // One connection a call, whatever roles it carries; two calls may name two servers.
        var key = new object();
        builder.Services.AddKeyedSingleton(key, (services, _) => new RedisConnection(
            source(services), options, builder.Name, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<RedisConnection>>()));
        AddDoctorChecks(builder.Services, key, roles);
        builder.Services.AddSingleton<IBackendProbe>(services => new RedisProbe(services.GetRequiredKeyedService<RedisConnection>(key), options.StartupCheck));
        if (roles.HasFlag(PipelineRoles.Cache))
        {
            builder.SetRole<ICacheBackend>(ClaimedBy, services => new RedisCacheBackend(
                services.GetRequiredKeyedService<RedisConnection>(key), services.GetRequiredService<ILogger<RedisCacheBackend>>()));
        }

        if (roles.HasFlag(PipelineRoles.State))
        {
            builder.SetRole<IStateStore>(ClaimedBy, services => new RedisStateStore(
                services.GetRequiredKeyedService<RedisConnection>(key), services.GetRequiredService<ILogger<RedisStateStore>>()));
        }

        if (roles.HasFlag(PipelineRoles.RateLimiting))
        {
            builder.SetRole<IRateLimiter>(ClaimedBy, services => new RedisRateLimiter(
                services.GetRequiredKeyedService<RedisConnection>(key), services.GetRequiredService<ILogger<RedisRateLimiter>>()));
        }

        if (roles.HasFlag(PipelineRoles.Queues))
        {
            builder.SetRole<IQueueProvider>(ClaimedBy, services => new RedisQueueProvider(
                services.GetRequiredKeyedService<RedisConnection>(key), services.GetRequiredPipelineService<QueueCatalog>(builder.Name), options.Queues));
        }

        if (roles.HasFlag(PipelineRoles.Telemetry))
        {
            builder.AddTelemetryStore(services => new RedisTelemetryStore(
                services.GetRequiredKeyedService<RedisConnection>(key), options.Telemetry, services.GetRequiredService<ILogger<RedisTelemetryStore>>()));
        }

        return builder;
    }

    // The checks are there once; each looks at all connections.
    private static void AddDoctorChecks(IServiceCollection services, object key, PipelineRoles roles)
    {
        if (services.All(static descriptor => descriptor.ServiceType != typeof(RedisDoctorTargets)))
        {
            services.AddSingleton<RedisDoctorTargets>();
            services.AddSingleton<IDoctorCheck, RedisClockCheck>();
            services.AddSingleton<IDoctorCheck, RedisClusterCoverageCheck>();
            services.AddSingleton<IDoctorCheck, RedisEvictionPolicyCheck>();
            services.AddSingleton<IDoctorCheck, RedisLatencyCheck>();
            services.AddSingleton<IDoctorCheck, RedisMemoryCheck>();
            services.AddSingleton<IDoctorCheck, RedisPersistenceCheck>();
            services.AddSingleton<IDoctorCheck, RedisReachableCheck>();
            services.AddSingleton<IDoctorCheck, RedisReplicationCheck>();
            services.AddSingleton<IDoctorCheck>(static provider => new RedisRightsCheck(provider.GetRequiredService<RedisDoctorTargets>()));
            services.AddSingleton<IDoctorCheck, RedisScriptsCheck>();
            services.AddSingleton<IDoctorCheck, RedisVersionCheck>();
        }

        services.AddSingleton(provider => new RedisDoctorTarget(provider.GetRequiredKeyedService<RedisConnection>(key), roles));
    }
}
