using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.DependencyInjection;

/// <summary>Finds the edge from where an application is put together.</summary>
internal static class HttpEdgeExtensions
{
    /// <summary>The services of an application that has an edge. Its endpoints are <see cref="EdgeEndpoints"/> from then on.</summary>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IServiceProvider EdgeServices(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return Noted(app.ApplicationServices, app);
    }

    /// <summary>The services of an application that has an edge. Its endpoints are <see cref="EdgeEndpoints"/> from then on.</summary>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IServiceProvider EdgeServices(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return Noted(endpoints.ServiceProvider, endpoints);
    }

    private static IServiceProvider Noted(IServiceProvider services, object builder)
    {
        var endpoints = services.GetService<EdgeEndpoints>()
            ?? throw new InvalidOperationException("The services have no HTTP edge. Call AddPipelineHttp on the service collection first.");
        endpoints.Note(builder);
        return services;
    }
}
