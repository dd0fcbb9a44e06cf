using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;

namespace Pipeline.RateLimiting;

/// <summary>Whether requests are limited, and whether the limits hold for all processes.</summary>
internal sealed class HttpRateLimitCheck(IServiceProvider services, string suite) : EdgeDoctorCheck("http.rate-limits")
{
    protected override DoctorResult Look()
    {
        var policies = services.GetRequiredService<HttpRateLimits>().Policies;
        string[] off = [.. policies.All.Where(static policy => policy.Rule.Kind == RateLimitRuleKind.Unlimited).Select(static policy => policy.Name).Order(StringComparer.Ordinal)];
        if (off.Length > 0)
        {
            return DoctorResult.Warning(
                $"The rate limits {string.Join(", ", off)} are off: their endpoints are limited by nothing else than their other limits.",
                $"Give {string.Join(" and ", off.Select(static name => $"RateLimits:Policies:{name}"))} a limit such as 100/60, or remove it for the limit that the code declares.");
        }

        if (policies.Default.Rule.Kind == RateLimitRuleKind.Unlimited)
        {
            return DoctorResult.Warning(
                "RateLimits:Default is off: endpoints that ask for no rate limit have none.",
                $"Set RateLimits:Default to a limit such as 100/60. If every endpoint that needs a limit asks for one, leave the check out (--except {Name}).");
        }

        return services.GetRequiredPipelineService<IRateLimiter>(suite).GetCapability<InMemoryRateLimiter>() is null
            ? DoctorResult.Ok("Every endpoint has a rate limit or is exempt, counted by a backend for all processes together.")
            : DoctorResult.Warning(
                "Rate limits are counted in this process alone: each further replica grants as much again, and a restart begins anew.",
                $"Name a backend for the limits, for instance with UseRedis on the builder. If this is the only process, leave the check out (--except {Name}).");
    }
}
