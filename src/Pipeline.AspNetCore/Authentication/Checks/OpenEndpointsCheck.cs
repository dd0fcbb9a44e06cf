using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Diagnostics;

namespace Pipeline.Authentication;

/// <summary>Whether an endpoint says neither that it needs a caller nor that it needs none, although there are keys.</summary>
internal sealed class OpenEndpointsCheck(IServiceProvider services, IOptions<AuthorizationOptions> authorization) : ApiKeyCheck("http.open-endpoints")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        if (authorization.Value.FallbackPolicy is not null)
        {
            return new(DoctorResult.Ok("Endpoints that say nothing of their callers follow the fallback policy."));
        }

        var open = (services.GetService<EndpointDataSource>()?.Endpoints ?? [])
            .Where(static endpoint => endpoint.Metadata.GetMetadata<IAuthorizeData>() is null
                && endpoint.Metadata.GetMetadata<AuthorizationPolicy>() is null
                && endpoint.Metadata.GetMetadata<IAuthorizationRequirementData>() is null
                && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null)
            .Select(static endpoint => endpoint.DisplayName ?? "an endpoint without a name")
            .ToArray();
        return new(open.Length == 0
            ? DoctorResult.Ok("Each endpoint says whether it needs a caller.")
            : DoctorResult.Warning(
                $"Anybody may call {NamesOf(open)}.",
                "Give these endpoints RequireAuthorization(), RequireScope(…) or AllowAnonymous()."));
    }
}
