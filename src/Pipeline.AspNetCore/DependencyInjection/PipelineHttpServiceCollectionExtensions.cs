using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Pipeline.Admin;
using Pipeline.DependencyInjection;
using Pipeline.Health;
using Pipeline.Idempotency;
using Pipeline.Metrics;
using Pipeline.Problems;
using Pipeline.RateLimiting;
using Pipeline.RequestLimits;
using Pipeline.Requests;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the HTTP edge to a service collection. This file shows all that the package registers, but for API keys (<c>AddPipelineApiKeys</c>).</summary>
public static class PipelineHttpServiceCollectionExtensions
{
    /// <summary>
    /// Adds the HTTP edge of a suite: request ids, logs, security headers, limits of bodies and JSON, deadlines, rate limits, idempotency keys, health, metrics and
    /// drain, each with its defaults. <c>UsePipeline()</c> puts them to work. A second call adds to the same edge.
    /// </summary>
    /// <param name="services">The services, with <c>AddPipeline()</c> before or after.</param>
    /// <param name="configuration">
    /// The edge's section, with a section for each room; <see langword="null"/> for settings in code only. Code wins over configuration; a setting that names nothing
    /// is an error at start.
    /// </param>
    /// <param name="suite">The name of the suite whose limiter, state and queues are used; empty for the only or main one.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">An earlier call gave the edge another section or another suite.</exception>
    public static IPipelineHttpBuilder AddPipelineHttp(this IServiceCollection services, IConfiguration? configuration = null, string suite = "")
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(suite);
        var settings = Find(services) ?? Add(services, suite);
        if (!string.Equals(settings.Suite, suite, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The HTTP edge is of the suite '{settings.Suite}' already, and cannot be of '{suite}' too. Give one name.");
        }

        settings.UseConfiguration(configuration);
        return settings;
    }

    /// <summary>The edge that was added, of whatever suite; else a new one, of the main suite.</summary>
    internal static HttpSettings FindOrAdd(IServiceCollection services) => Find(services) ?? Add(services, suite: "");

    private static HttpSettings? Find(IServiceCollection services) => services
        .Where(static descriptor => !descriptor.IsKeyedService)
        .Select(static descriptor => descriptor.ImplementationInstance)
        .OfType<HttpSettings>()
        .FirstOrDefault();

    private static HttpSettings Add(IServiceCollection services, string suite)
    {
        services.AddLogging();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        var settings = new HttpSettings(services, suite);
        services.AddSingleton(settings);
        services.AddSingleton<EdgeEndpoints>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, HttpSettingsCheck>());
        ProblemsRegistration.Add(settings);
        RequestsRegistration.Add(settings);
        RequestLimitsRegistration.Add(settings);
        HttpRateLimitingRegistration.Add(settings);
        IdempotencyRegistration.Add(settings);
        HealthRegistration.Add(settings);
        MetricsRegistration.Add(settings);
        AdminRegistration.Add(settings);
        return settings;
    }
}
