using Microsoft.AspNetCore.Authentication;
using Pipeline.Authentication;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds API keys to an application's authentication.</summary>
public static class PipelineApiKeyExtensions
{
    /// <summary>
    /// Adds API keys as a scheme: <c>Authorization: Bearer KEY</c>, else <c>X-API-Key: KEY</c>. Callers without a valid key are answered 401, without the scope 403, from a
    /// banned address 429, each as a problem, where an endpoint asks for a caller (<c>RequireAuthorization</c>, <c>RequireScope</c>).
    /// </summary>
    /// <param name="builder">The application's authentication. Where there is more than one scheme, <c>AddAuthentication("ApiKey")</c> makes this one the default.</param>
    /// <param name="configure">Settings in code, which win over the section <c>ApiKeys</c> of the edge's configuration; <see langword="null"/> for none.</param>
    /// <param name="scheme">The scheme's name.</param>
    /// <returns>The application's authentication.</returns>
    /// <remarks>
    /// Adds the HTTP edge (<c>AddPipelineHttp</c>) where it is not there yet; one of a suite with a name has to be added before. Adds authorization, too, with a policy
    /// <c>scope:NAME</c> for each scope.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="scheme"/> is empty.</exception>
    /// <exception cref="InvalidOperationException">API keys were added before.</exception>
    public static AuthenticationBuilder AddPipelineApiKeys(
        this AuthenticationBuilder builder, Action<ApiKeyOptions>? configure = null, string scheme = ApiKeyDefaults.AuthenticationScheme)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(scheme);
        if (builder.Services.Any(static descriptor => descriptor.ServiceType == typeof(ApiKeyDirectory)))
        {
            throw new InvalidOperationException("API keys were added before. Call AddPipelineApiKeys once: all keys are of one scheme.");
        }

        ApiKeyRegistration.Add(PipelineHttpServiceCollectionExtensions.FindOrAdd(builder.Services), configure, scheme);
        return builder.AddScheme<ApiKeySchemeOptions, ApiKeyHandler>(scheme, displayName: null, configureOptions: null);
    }
}
