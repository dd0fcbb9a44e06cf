using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;

namespace Pipeline.RequestLimits;

/// <summary>Says which model a request is for.</summary>
public static class HttpContextModelExtensions
{
    /// <summary>
    /// Says which model the rest of the request is for: from now on it has the time that <c>Deadlines:Models</c> gives the model, in place of its endpoint's. Without an effect
    /// where the model has no deadline of its own.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="model">The model, <c>name:version</c>. Where there is no deadline for it, one for <c>name</c> counts.</param>
    /// <remarks><see cref="HttpContext.RequestAborted"/>, which the endpoint may have taken before, is cancelled then.</remarks>
    public static void SetModel(this HttpContext context, string model)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(model);
        (context.Features.Get<IHttpRequestTimeoutFeature>() as Deadline)?.SetModel(model);
    }
}
