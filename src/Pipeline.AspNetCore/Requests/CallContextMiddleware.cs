using System.Diagnostics;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Pipeline.Authentication;
using Pipeline.Backends;
using Pipeline.Problems;
using Pipeline.Steps;

namespace Pipeline.Requests;

/// <summary>Makes the caller the ambient <see cref="CallContext"/>: tenant and user from its claims, and the request's id.</summary>
internal sealed class CallContextMiddleware(RequestDelegate next)
{
    private const string TenantTag = "pipeline.tenant";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<NoCallContextMetadata>() is not null)
        {
            return next(context);
        }

        string? tenant = null;
        string? user = null;
        if (context.User.Identity is { IsAuthenticated: true })
        {
            tenant = Checked(context.User.FindFirstValue(PipelineClaims.Tenant));
            user = Checked(context.User.FindFirstValue(ClaimTypes.NameIdentifier));
        }

        var call = new CallContext { Tenant = tenant ?? CallContext.DefaultTenant, User = user, RequestId = Nameable(context.TraceIdentifier) };
        RequestState.Of(context).Tenant = call.Tenant;
        if (Activity.Current is { IsAllDataRequested: true } activity)
        {
            activity.SetTag(TenantTag, call.Tenant);
        }

        // Left to the runtime to end: the nearest asynchronous method outside takes its own ambient values back. So this one costs no state machine.
        _ = CallContext.Use(call);
        return next(context);
    }

    // A tenant that cannot be stored must not become the default one.
    private static string? Checked(string? claim) => claim is null || StoredName.FindProblem(claim) is null
        ? claim
        : throw new HttpProblemException(new HttpProblem(
            StatusCodes.Status403Forbidden, ProblemCodes.Forbidden, "Forbidden", "The caller's tenant or user is no valid name. Use another key or token."));

    // Where request ids are not in use, the id is the server's own.
    private static string? Nameable(string id) => StoredName.FindProblem(id) is null ? id : null;
}
