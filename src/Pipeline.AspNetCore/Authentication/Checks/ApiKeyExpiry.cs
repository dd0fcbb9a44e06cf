using Pipeline.Diagnostics;

namespace Pipeline.Authentication;

/// <summary>Which keys have expired, and which soon will.</summary>
internal sealed class ApiKeyExpiry(DateTimeOffset now)
{
    private const int WarningDays = 14;

    private readonly List<string> _expired = [];
    private readonly List<string> _expiring = [];

    public void Look(ApiKeyDefinition key)
    {
        if (key.ExpiresAt <= now)
        {
            _expired.Add(key.Name);
        }
        else if (key.ExpiresAt <= now.AddDays(WarningDays))
        {
            _expiring.Add(key.Name);
        }
    }

    public void Tell(DoctorFindings findings, Func<IReadOnlyCollection<string>, string> names)
    {
        if (_expired.Count > 0)
        {
            findings.Warn($"The API keys of {names(_expired)} have expired.", "Take them away, or replace them.");
        }

        if (_expiring.Count > 0)
        {
            findings.Warn($"The API keys of {names(_expiring)} expire within {WarningDays} days.", "Replace them in time, or give them a later expiry.");
        }
    }
}
