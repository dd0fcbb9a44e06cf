using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;

namespace Pipeline.Requests;

/// <summary>Whether browsers are told to be careful with the answers.</summary>
internal sealed class SecurityHeadersCheck(IOptions<SecurityHeadersOptions> options, IHostEnvironment? environment = null) : EdgeDoctorCheck("http.security-headers")
{
    protected override DoctorResult Look()
    {
        var headers = options.Value;
        return (headers.Enabled, headers.HstsMaxAge > TimeSpan.Zero, environment?.IsDevelopment() ?? false) switch
        {
            (true, true, _) => DoctorResult.Ok("Answers have security headers, over https with Strict-Transport-Security."),
            (true, false, _) => DoctorResult.Warning(
                "Answers have security headers, but over https no Strict-Transport-Security.", "Set SecurityHeaders:HstsMaxAge of the edge's section to 365.00:00:00."),
            (false, _, true) => DoctorResult.Ok("Answers have no security headers, which will do for development."),
            _ => DoctorResult.Warning(
                "Answers have no security headers.",
                $"Set SecurityHeaders:Enabled of the edge's section to true. If no browser ever comes here, leave the check out (--except {Name})."),
        };
    }
}
