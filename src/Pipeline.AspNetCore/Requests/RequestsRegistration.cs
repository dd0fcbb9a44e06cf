using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;

namespace Pipeline.Requests;

/// <summary>Registers the room, and puts its middleware into the application.</summary>
internal static class RequestsRegistration
{
    public static void Add(HttpSettings settings)
    {
        settings.AddOptions<RequestIdOptions, RequestIdOptionsValidator>(
            "RequestIds", static (section, options) => section.Bind(options, HttpSettings.Strictly));
        settings.AddOptions<TrustedProxyOptions, TrustedProxyOptionsValidator>(
            "ForwardedHeaders", static (section, options) => section.Bind(options, HttpSettings.Strictly));
        settings.AddOptions<SecurityHeadersOptions, SecurityHeadersOptionsValidator>(
            "SecurityHeaders", static (section, options) => section.Bind(options, HttpSettings.Strictly));
        settings.Services.AddSingleton<EdgeOrder>();
        settings.Services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IDoctorCheck, EdgeOrderCheck>(),
            ServiceDescriptor.Singleton<IDoctorCheck, ForwardedHeadersCheck>(),
            ServiceDescriptor.Singleton<IDoctorCheck, SecurityHeadersCheck>(),
        ]);
    }

    public static void UseOutermost(IApplicationBuilder app)
    {
        app.ApplicationServices.GetRequiredService<EdgeOrder>().Note(app);
        app.UsePipelineForwardedHeaders().UsePipelineRequestIds().UsePipelineRequestLog().UsePipelineSecurityHeaders();
    }

    public static void UseCallContext(IApplicationBuilder app) => app.UsePipelineCallContext();
}
