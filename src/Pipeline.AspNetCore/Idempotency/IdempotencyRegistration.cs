using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;
using Pipeline.State;

namespace Pipeline.Idempotency;

/// <summary>Registers the room, and puts its middleware into the application.</summary>
internal static class IdempotencyRegistration
{
    public static void Add(HttpSettings settings)
    {
        settings.AddOptions<HttpIdempotencyOptions, HttpIdempotencyOptionsValidator>(
            "Idempotency", static (section, options) => section.Bind(options, HttpSettings.Strictly));
        settings.Services.TryAddSingleton<IdempotencyMetrics>();
        settings.Services.AddSingleton<IDoctorCheck>(provider => new IdempotencyCheck(provider, settings.Suite));
    }

    public static void Use(IApplicationBuilder app)
    {
        var services = app.EdgeServices();
        var suite = services.GetRequiredService<HttpSettings>().Suite;
        app.Use(next => new IdempotencyMiddleware(
            next,
            services.GetRequiredService<IOptions<HttpIdempotencyOptions>>().Value,
            services.GetRequiredPipelineService<IIdempotencyStore>(suite),
            services.GetRequiredService<IdempotencyMetrics>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<IdempotencyMiddleware>>()).InvokeAsync);
    }
}
