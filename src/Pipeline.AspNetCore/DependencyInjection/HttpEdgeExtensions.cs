using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.DependencyInjection;

/// <summary>Finds the edge from where an application is put together.</summary>
internal static class HttpEdgeExtensions
{
    /// <summary>The services of an application that has an edge.</summary>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IServiceProvider EdgeServices(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return Checked(app.ApplicationServices);
    }

    /// <summary>The services of an application that has an edge.</summary>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IServiceProvider EdgeServices(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return Checked(endpoints.ServiceProvider);
    }

    private static IServiceProvider Checked(IServiceProvider services) => services.GetService<HttpSettings>() is not null
        ? services
        : throw new InvalidOperationException("The services have no HTTP edge. Call AddPipelineHttp on the service collection first.");
}
