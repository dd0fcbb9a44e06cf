using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Pipeline.Requests;

/// <summary>Adds the security headers to every answer, just before it starts: only then is the endpoint known, and what it has set by itself.</summary>
internal sealed class SecurityHeadersMiddleware
{
    private readonly RequestDelegate _next;
    private readonly Func<object, Task> _add;
    private readonly SecurityHeadersOptions _options;
    private readonly string _hsts;

    public SecurityHeadersMiddleware(RequestDelegate next, IOptions<SecurityHeadersOptions> options)
    {
        _next = next;
        _options = options.Value;
        _add = Add;
        _hsts = _options.HstsMaxAge == TimeSpan.Zero
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"max-age={(long)_options.HstsMaxAge.TotalSeconds}{(_options.HstsIncludesSubdomains ? "; includeSubDomains" : "")}");
    }

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(_add, context);
        return _next(context);
    }

    private Task Add(object state)
    {
        var context = (HttpContext)state;
        var own = context.GetEndpoint()?.Metadata.GetMetadata<SecurityHeadersMetadata>();
        if (own is not { IsOff: true })
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = Or(headers.XContentTypeOptions, "nosniff");
            headers.XFrameOptions = Or(headers.XFrameOptions, _options.FrameOptions);
            headers.ContentSecurityPolicy = Or(headers.ContentSecurityPolicy, own?.ContentSecurityPolicy ?? _options.ContentSecurityPolicy);
            headers["Referrer-Policy"] = Or(headers["Referrer-Policy"], _options.ReferrerPolicy);
            if (context.Request.IsHttps)
            {
                headers.StrictTransportSecurity = Or(headers.StrictTransportSecurity, _hsts);
            }
        }

        return Task.CompletedTask;
    }

    private static StringValues Or(StringValues present, string value) => present.Count > 0 || value.Length == 0 ? present : new StringValues(value);
}
