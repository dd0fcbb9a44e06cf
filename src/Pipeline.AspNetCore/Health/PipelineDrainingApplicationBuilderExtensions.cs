using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts the drain's middleware into an application.</summary>
public static class PipelineDrainingApplicationBuilderExtensions
{
    /// <summary>
    /// Lets clients leave while the server drains: answers over HTTP/1.1 then carry <c>Connection: close</c>, so that no request is sent over a connection that is about
    /// to be closed. Part of <c>UsePipeline()</c>.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    /// <remarks>HTTP/2 and HTTP/3 have a frame of their own for it, which the server sends when it stops.</remarks>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IApplicationBuilder UsePipelineDraining(this IApplicationBuilder app)
    {
        var services = app.EdgeServices();
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        return app.Use(next => context =>
        {
            if (stopping.IsCancellationRequested && (HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol)))
            {
                context.Response.Headers.Connection = "close";
            }

            return next(context);
        });
    }
}
