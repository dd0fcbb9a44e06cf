using Pipeline.Diagnostics;

namespace Pipeline.Authentication;

/// <summary>Whether addresses that try many keys are banned.</summary>
internal sealed class ApiKeyBansCheck(ApiKeyRing ring) : ApiKeyCheck("http.api-key-bans")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken) => new(ring.Options.FailuresBeforeBan == 0
        ? DoctorResult.Warning("An address may try as many wrong API keys as it likes.", "Set ApiKeys:FailuresBeforeBan to 5, and tell the edge of its proxies.")
        : DoctorResult.Ok($"An address is banned after {ring.Options.FailuresBeforeBan} wrong API keys."));
}
