using Pipeline.Diagnostics;

namespace Pipeline.Authentication;

/// <summary>Whether keys of configuration and file have expired or soon will.</summary>
internal sealed class ApiKeyExpiryCheck(ApiKeyRing ring, TimeProvider time) : ApiKeyCheck("http.api-key-expiry")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new DoctorFindings();
        var expiry = new ApiKeyExpiry(time.GetUtcNow());
        foreach (var key in ring.Keys)
        {
            if (key is { IsEnabled: true, GraceUntil: null })
            {
                expiry.Look(key.Definition);
            }
        }

        expiry.Tell(findings, NamesOf);
        return new(findings.ToResult("No API key has expired or soon will."));
    }
}
