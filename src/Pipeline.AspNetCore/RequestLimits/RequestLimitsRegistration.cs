using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;

namespace Pipeline.RequestLimits;

/// <summary>Registers the room, and puts its middleware into the application.</summary>
internal static class RequestLimitsRegistration
{
    public static void Add(HttpSettings settings)
    {
        settings.AddOptions<BodyLimitOptions, BodyLimitOptionsValidator>(
            "BodyLimits", static (section, options) => section.Bind(options, HttpSettings.Strictly));
        settings.AddOptions<DeadlineOptions, DeadlineOptionsValidator>("Deadlines", DeadlineSection.Bind);
        settings.Services.AddSingleton<IDoctorCheck, BodyLimitCheck>();
        settings.Services.AddSingleton<IDoctorCheck, DeadlineCheck>();
    }

    public static void UseDeadlines(IApplicationBuilder app)
    {
        var services = app.EdgeServices();
        app.Use(next => new DeadlineMiddleware(
            next,
            services.GetRequiredService<IOptions<DeadlineOptions>>().Value,
            services.GetRequiredService<IOptions<RequestTimeoutOptions>>().Value,
            services.GetRequiredService<TimeProvider>()).InvokeAsync);
    }

    public static void UseBodies(IApplicationBuilder app)
    {
        var services = app.EdgeServices();
        app.Use(next => new BodyLimitMiddleware(next, services.GetRequiredService<IOptions<BodyLimitOptions>>().Value).InvokeAsync);
    }
}
