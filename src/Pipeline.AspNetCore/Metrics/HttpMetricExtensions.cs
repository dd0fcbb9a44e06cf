using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pipeline.Metrics;

/// <summary>Adds to what is measured of a request.</summary>
public static class HttpMetricExtensions
{
    /// <summary>
    /// Adds a tag to ASP.NET's metric of this request, <c>http.server.request.duration</c>, for instance the mode that it asked for. Each value makes a series of its own:
    /// give only values of a small set, never an id or text of the caller's.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The tag's name, for instance <c>mode</c>.</param>
    /// <param name="value">The value; <see langword="null"/> adds nothing.</param>
    /// <remarks>Where nobody listens to the metric, it does nothing. A request that is refused before the tag is added is counted without it.</remarks>
    public static void AddMetricTag(this HttpContext context, string name, object? value)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (value is not null)
        {
            context.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new(name, value));
        }
    }
}
