using Pipeline.RateLimiting;

namespace Pipeline.Diagnostics;

/// <summary>Whether limits hold for the fleet, or for each process by itself.</summary>
internal sealed class RateLimitScopeCheck(SuiteFacts suite) : SuiteCheck(suite, "rate-limiting.scope")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var limits = RateLimitFacts.Limits(Suite).Count;
        var count = Wording.Count(limits, "rate limit");
        return new((limits, Suite.Registry.IsDefault<IRateLimiter>(), Suite.IsDevelopment) switch
        {
            (0, _, _) => DoctorResult.Ok("There are no rate limits."),
            (_, false, _) => DoctorResult.Ok($"{count} counted by a backend, for all processes together."),
            (_, _, true) => DoctorResult.Ok($"{count} counted in this process, which will do for development."),
            _ => DoctorResult.Warning(
                $"{count} counted in this process alone: each further process grants as much again, and a restart begins anew.",
                $"Name a backend for the limits, for instance with UseRedis on the builder. If this is the only process, leave the check out (--except {Name})."),
        });
    }
}
