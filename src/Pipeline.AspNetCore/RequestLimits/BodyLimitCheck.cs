using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;
using static System.FormattableString;

namespace Pipeline.RequestLimits;

/// <summary>Whether the limits of bodies keep a few requests from taking all memory.</summary>
internal sealed class BodyLimitCheck(IOptions<BodyLimitOptions> options) : EdgeDoctorCheck("http.body-limits")
{
    private const long Large = 100L * 1024 * 1024;
    private const int Deep = 64;

    protected override DoctorResult Look()
    {
        var limits = options.Value;
        return limits switch
        {
            { MaxBytes: > Large } => DoctorResult.Warning(
                Invariant($"BodyLimits:MaxBytes is {limits.MaxBytes}: a JSON body of that size is held in memory while it arrives, for each request."),
                "Set BodyLimits:MaxBytes to 5242880, and give the endpoints that need more a limit of their own with WithBodyLimit."),
            { MaxDepth: > Deep } => DoctorResult.Warning(
                Invariant($"BodyLimits:MaxDepth is {limits.MaxDepth}, and System.Text.Json reads JSON up to {Deep} deep unless it is told otherwise."),
                Invariant($"Set BodyLimits:MaxDepth to {Deep}, and give the endpoints that need more a limit of their own with WithJsonLimits.")),
            _ => DoctorResult.Ok(
                Invariant($"Bodies up to {limits.MaxBytes} bytes; JSON up to {limits.MaxDepth} deep, {limits.MaxArrayItems} items an array, ")
                + Invariant($"{limits.MaxStringLength} characters a string, {limits.MaxTotalStringLength} in all.")),
        };
    }
}
