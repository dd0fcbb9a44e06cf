using Pipeline.RateLimiting;

namespace Quickstart.Answering;

/// <summary>How a tenant fared.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Answered">How many of its questions were answered.</param>
/// <param name="Refused">How many were refused by a limit.</param>
/// <param name="Refusal">One of the refusals; <see langword="null"/> where there was none.</param>
internal sealed record TenantOutcome(string Tenant, int Answered, int Refused, RateLimitRejectedException? Refusal)
{
    public static TenantOutcome Of(string tenant, IReadOnlyCollection<RateLimitRejectedException?> outcomes)
    {
        var refused = outcomes.Count(outcome => outcome is not null);
        return new(tenant, outcomes.Count - refused, refused, outcomes.FirstOrDefault(outcome => outcome is not null));
    }
}
