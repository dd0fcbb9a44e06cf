using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.Authentication;

namespace Pipeline.Admin;

/// <summary>Records who has changed what.</summary>
internal sealed class AdminAudit(ILogger<AdminAudit> logger)
{
    /// <summary>Makes a change, and records it, also one that failed halfway.</summary>
    /// <param name="context">The request.</param>
    /// <param name="action">What is done.</param>
    /// <param name="subject">What it is done to.</param>
    /// <param name="change">Makes the change, and says how much it affected.</param>
    /// <returns>How much it affected.</returns>
    public async Task<long> RecordAsync(HttpContext context, string action, string subject, ValueTask<long> change)
    {
        try
        {
            var count = await change.ConfigureAwait(false);
            Log.AdminChanged(logger, NameOf(context.User), action, subject, count, context.TraceIdentifier);
            return count;
        }
        catch (Exception exception)
        {
            Log.AdminChangeFailed(logger, NameOf(context.User), action, subject, exception.GetType().Name, context.TraceIdentifier);
            throw;
        }
    }

    private static string NameOf(ClaimsPrincipal user) =>
        user.FindFirstValue(PipelineClaims.KeyName) ?? user.FindFirstValue(ClaimTypes.NameIdentifier) ?? user.Identity?.Name ?? "(nameless)";
}
