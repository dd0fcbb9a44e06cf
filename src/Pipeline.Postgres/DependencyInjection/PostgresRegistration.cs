using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.Diagnostics;
using Pipeline.Learning;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.State;
using Pipeline.Telemetry;
using Pipeline.Vectors;

namespace Pipeline.DependencyInjection;

/// <summary>All that this package registers.</summary>
internal static class PostgresRegistration
{
    private const string ClaimedBy = "UsePostgres";

    /// <param name="builder">The suite.</param>
    /// <param name="source">Finds where connections come from.</param>
    /// <param name="roles">The roles to take.</param>
    /// <param name="configure">How the database is used.</param>
    public static IPipelineBuilder Add(
        IPipelineBuilder builder, Func<IServiceProvider, PostgresSource> source, PipelineRoles roles, Action<PostgresOptions>? configure)
    {
        var options = new PostgresOptions();
        configure?.Invoke(options);
        new PostgresOptionsValidator().ThrowIfInvalid("Postgres", options);

        // One connection a call, whatever roles it carries; two calls may name two servers.
        var key = new object();
        builder.Services.AddKeyedSingleton(key, (services, _) => new PostgresConnection(
            source(services), options, builder.Name, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<PostgresConnection>>()));
        builder.Services.AddKeyedSingleton(key, (services, _) => new PostgresVectorSupport(services.GetRequiredKeyedService<PostgresConnection>(key)));
        AddDoctorChecks(builder.Services, key, roles, options.MigrateOnStart);
        builder.Services.AddSingleton<IBackendProbe>(services => CreateProbe(services.GetRequiredKeyedService<PostgresConnection>(key), roles, options.StartupCheck));
        if (roles.HasFlag(PipelineRoles.Cache))
        {
            builder.SetRole<ICacheBackend>(ClaimedBy, services => new PostgresCacheBackend(
                services.GetRequiredKeyedService<PostgresConnection>(key), services.GetRequiredService<ILogger<PostgresCacheBackend>>()));
        }

        if (roles.HasFlag(PipelineRoles.State))
        {
            builder.SetRole<IStateStore>(ClaimedBy, services => new PostgresStateStore(
                services.GetRequiredKeyedService<PostgresConnection>(key), services.GetRequiredService<ILogger<PostgresStateStore>>()));
        }

        if (roles.HasFlag(PipelineRoles.Vectors))
        {
            builder.SetRole<IVectorIndex>(ClaimedBy, services => new PostgresVectorIndex(
                services.GetRequiredKeyedService<PostgresConnection>(key),
                services.GetRequiredKeyedService<PostgresVectorSupport>(key),
                services.GetRequiredService<ILogger<PostgresVectorIndex>>()));
        }

        if (roles.HasFlag(PipelineRoles.Learning))
        {
            builder.SetRole<ILearningStore>(ClaimedBy, services => new PostgresLearningStore(
                services.GetRequiredKeyedService<PostgresConnection>(key),
                services.GetRequiredKeyedService<PostgresVectorSupport>(key),
                services.GetRequiredService<ILogger<PostgresLearningStore>>()));
        }

        if (roles.HasFlag(PipelineRoles.RateLimiting))
        {
            builder.SetRole<IRateLimiter>(ClaimedBy, services => new PostgresRateLimiter(services.GetRequiredKeyedService<PostgresConnection>(key)));
        }

        if (roles.HasFlag(PipelineRoles.Queues))
        {
            builder.SetRole<IQueueProvider>(ClaimedBy, services => new PostgresQueueProvider(
                services.GetRequiredKeyedService<PostgresConnection>(key), services.GetRequiredPipelineService<QueueCatalog>(builder.Name)));
        }

        if (roles.HasFlag(PipelineRoles.Telemetry))
        {
            builder.AddTelemetryStore(services => new PostgresTelemetryStore(
                services.GetRequiredKeyedService<PostgresConnection>(key), options.Telemetry, services.GetRequiredService<ILogger<PostgresTelemetryStore>>()));
        }

        return builder;
    }

    private static PostgresProbe CreateProbe(PostgresConnection connection, PipelineRoles roles, StartupCheck requirement) =>
        new(connection, requirement, roles.HasFlag(PipelineRoles.RateLimiting) ? new PostgresRateLimiter(connection) : null);

    // The checks are there once; each looks at all connections.
    private static void AddDoctorChecks(IServiceCollection services, object key, PipelineRoles roles, bool migrates)
    {
        if (services.All(static descriptor => descriptor.ServiceType != typeof(PostgresDoctorTargets)))
        {
            services.AddSingleton<PostgresDoctorTargets>();
            services.AddSingleton<IDoctorCheck, PostgresAutovacuumCheck>();
            services.AddSingleton<IDoctorCheck, PostgresBloatCheck>();
            services.AddSingleton<IDoctorCheck, PostgresClockCheck>();
            services.AddSingleton<IDoctorCheck, PostgresDurabilityCheck>();
            services.AddSingleton<IDoctorCheck, PostgresNotificationsCheck>();
            services.AddSingleton<IDoctorCheck, PostgresPoolCheck>();
            services.AddSingleton<IDoctorCheck, PostgresPoolerCheck>();
            services.AddSingleton<IDoctorCheck, PostgresReachableCheck>();
            services.AddSingleton<IDoctorCheck, PostgresRightsCheck>();
            services.AddSingleton<IDoctorCheck, PostgresSchemaCheck>();
            services.AddSingleton<IDoctorCheck>(static provider => new PostgresTransactionsCheck(provider.GetRequiredService<PostgresDoctorTargets>()));
            services.AddSingleton<IDoctorCheck, PostgresVectorCheck>();
            services.AddSingleton<IDoctorCheck>(static provider => new PostgresVersionCheck(provider.GetRequiredService<PostgresDoctorTargets>()));
        }

        services.AddSingleton(provider => new PostgresDoctorTarget(provider.GetRequiredKeyedService<PostgresConnection>(key), roles, migrates));
    }
}
