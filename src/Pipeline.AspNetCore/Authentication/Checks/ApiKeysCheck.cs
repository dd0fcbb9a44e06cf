using Pipeline.Diagnostics;

namespace Pipeline.Authentication;

/// <summary>Whether there are keys, well formed and long enough.</summary>
internal sealed class ApiKeysCheck(ApiKeyRing ring) : ApiKeyCheck(KeysName)
{
    private const int WellLength = 24;

    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new DoctorFindings();
        var (keys, options) = (ring.Keys, ring.Options);
        if (!options.Required)
        {
            findings.Warn(
                keys.Count == 0 && !options.Store ? "There are no API keys, and none are required." : "API keys are not required: a process without any starts all the same.",
                "Set ApiKeys:Required to true, unless the API is meant for all.");
        }

        if (options.MinKeyLength < WellLength)
        {
            findings.Warn($"API keys of {options.MinKeyLength} characters are taken.", $"Set ApiKeys:MinKeyLength to {WellLength} or more, and replace shorter keys.");
        }

        var weak = keys.Where(static key => key.IsWeak).Select(static key => key.Name).ToArray();
        if (weak.Length > 0)
        {
            findings.Warn(
                $"The keys of {NamesOf(weak)} are made of so few different characters that they can be guessed.",
                "Replace them by random ones: openssl rand -hex 32.");
        }

        return new(findings.ToResult($"{keys.Count} API keys are configured{(options.Store ? ", and others are in the store" : "")}."));
    }
}
