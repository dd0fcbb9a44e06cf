using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Requests;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds what the edge does around each request, one by one. <c>UsePipeline()</c> adds all of it, in its place.</summary>
public static class PipelineRequestsApplicationBuilderExtensions
{
    /// <summary>
    /// Takes the caller's address and scheme from <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> of the proxies that the options name, and from nobody else. Where
    /// they name none, it adds nothing. It stands outermost.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IApplicationBuilder UsePipelineForwardedHeaders(this IApplicationBuilder app)
    {
        // Read when the application is built, not when it is put together: what is wrong is the start's to tell, or the doctor's, which has to come as far as that.
        var services = app.EdgeServices();
        return app.Use(next => services.GetRequiredService<IOptions<TrustedProxyOptions>>().Value is { IsConfigured: true } trusted
            ? new ForwardedHeadersMiddleware(next, services.GetRequiredService<ILoggerFactory>(), Options.Create(OptionsOf(trusted))).Invoke
            : next);
    }

    /// <summary>
    /// Gives each request its id: the caller's header where it is one value of 1 to 200 letters, digits and <c>-_:.</c>, else a new one. The id is
    /// <c>HttpContext.TraceIdentifier</c>, goes back in the same header, and is in the scope of every log event and on the request's span.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IApplicationBuilder UsePipelineRequestIds(this IApplicationBuilder app)
    {
        app.EdgeServices();
        return app.UseMiddleware<RequestIdMiddleware>();
    }

    /// <summary>
    /// Logs one event a request (12000, Information): method, route pattern, status, duration, the bytes of the bodies (of the request's, if it says its length), request id,
    /// tenant, and the code of the problem if it ended with one. Never a path, query, header or body.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IApplicationBuilder UsePipelineRequestLog(this IApplicationBuilder app)
    {
        app.EdgeServices();
        return app.UseMiddleware<RequestLogMiddleware>();
    }

    /// <summary>Adds security headers to every answer, if <see cref="SecurityHeadersOptions.Enabled"/> says so.</summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IApplicationBuilder UsePipelineSecurityHeaders(this IApplicationBuilder app)
    {
        var services = app.EdgeServices();
        return app.Use(next => services.GetRequiredService<IOptions<SecurityHeadersOptions>>() is { Value.Enabled: true } options
            ? new SecurityHeadersMiddleware(next, options).InvokeAsync
            : next);
    }

    /// <summary>
    /// Makes the caller's tenant and user, from its claims, and the request's id the current <see cref="Pipeline.Steps.CallContext"/>, which steps, limits and queue
    /// messages go by. A caller without a tenant's claim has the default tenant. It stands after authentication.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IApplicationBuilder UsePipelineCallContext(this IApplicationBuilder app)
    {
        app.EdgeServices();
        return app.UseMiddleware<CallContextMiddleware>();
    }

    private static ForwardedHeadersOptions OptionsOf(TrustedProxyOptions trusted)
    {
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = trusted.ForwardLimit,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in trusted.KnownProxies)
        {
            options.KnownProxies.Add(IPAddress.Parse(proxy));
        }

        foreach (var network in trusted.KnownNetworks)
        {
            options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        }

        return options;
    }
}
