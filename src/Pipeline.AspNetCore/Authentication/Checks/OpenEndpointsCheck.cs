using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;

namespace Pipeline.Authentication;

/// <summary>Whether an endpoint says neither that it needs a caller nor that it needs none, although there are keys.</summary>
internal sealed class OpenEndpointsCheck(EdgeEndpoints endpoints, IOptions<AuthorizationOptions> authorization) : ApiKeyCheck("http.open-endpoints")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        if (authorization.Value.FallbackPolicy is not null)
        {
            return new(DoctorResult.Ok("Endpoints that say nothing of their callers follow the fallback policy."));
        }

        string[] open;
        try
        {
            open = [.. endpoints.All.Where(IsOpen).Select(static endpoint => endpoint.DisplayName ?? "an endpoint without a name")];
        }
        catch (InvalidOperationException exception)
        {
            // Before the start it is the question that makes the endpoints, and no key is to blame for one that cannot be made.
            return new(DoctorResult.Error($"An endpoint cannot be made: {exception.Message}", "Correct the endpoint that the message is about."));
        }

        return new(open.Length == 0
            ? DoctorResult.Ok("Each endpoint says whether it needs a caller.")
            : DoctorResult.Warning(
                $"Anybody may call {NamesOf(open)}.",
                "Give these endpoints RequireAuthorization(), RequireScope(…) or AllowAnonymous()."));
    }

    private static bool IsOpen(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAuthorizeData>() is null
        && endpoint.Metadata.GetMetadata<AuthorizationPolicy>() is null
        && endpoint.Metadata.GetMetadata<IAuthorizationRequirementData>() is null
        && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null;
}
