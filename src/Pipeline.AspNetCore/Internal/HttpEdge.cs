using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;

namespace Pipeline;

/// <summary>What middleware asks of the application that it is put into.</summary>
internal static class HttpEdge
{
    /// <summary>The settings of the edge.</summary>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static HttpSettings Require(IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return app.ApplicationServices.GetService<HttpSettings>()
            ?? throw new InvalidOperationException("The services have no HTTP edge. Call AddPipelineHttp on the service collection first.");
    }
}
