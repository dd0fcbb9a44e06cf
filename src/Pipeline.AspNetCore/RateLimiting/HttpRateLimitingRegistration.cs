using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;

namespace Pipeline.RateLimiting;

/// <summary>Registers the room, and puts its middleware into the application.</summary>
internal static class HttpRateLimitingRegistration
{
    public static void Add(HttpSettings settings)
    {
        settings.AddOptions<HttpRateLimitOptions, HttpRateLimitOptionsValidator>(
            "RateLimits",
            static (section, options) => section.Bind(options, HttpSettings.Strictly),
            static (services, factory) => _ = new HttpRateLimitPolicies(services.GetServices<HttpRateLimitPolicy>(), factory.Create(Options.DefaultName)));
        settings.Services.TryAddSingleton<HttpRateLimits>();
        settings.Services.AddSingleton<IDoctorCheck>(provider => new HttpRateLimitCheck(provider, settings.Suite));
    }

    public static void Use(IApplicationBuilder app)
    {
        var services = app.EdgeServices();
        var suite = services.GetRequiredService<HttpSettings>().Suite;
        app.Use(next =>
        {
            var limits = services.GetRequiredService<HttpRateLimits>();
            Check(limits, services.GetService<EndpointDataSource>());
            return new RateLimitMiddleware(
                next,
                limits,
                services.GetRequiredPipelineService<IRateLimiter>(suite),
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<RateLimitMiddleware>>()).InvokeAsync;
        });
    }

    // The application is built before it listens: an endpoint that asks for an unknown limit stops the start.
    private static void Check(HttpRateLimits limits, EndpointDataSource? endpoints)
    {
        foreach (var endpoint in endpoints?.Endpoints ?? [])
        {
            limits.Of(endpoint);
        }
    }
}
