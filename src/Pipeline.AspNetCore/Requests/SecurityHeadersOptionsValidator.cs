using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Requests;

/// <summary>Checks <see cref="SecurityHeadersOptions"/> at start.</summary>
internal sealed class SecurityHeadersOptionsValidator : IValidateOptions<SecurityHeadersOptions>
{
    public ValidateOptionsResult Validate(string? name, SecurityHeadersOptions options)
    {
        var problems = new OptionProblems("SecurityHeaders");
        RequireValue(problems, options.ContentSecurityPolicy, nameof(options.ContentSecurityPolicy));
        RequireValue(problems, options.FrameOptions, nameof(options.FrameOptions));
        RequireValue(problems, options.ReferrerPolicy, nameof(options.ReferrerPolicy));
        problems.Range(options.HstsMaxAge, TimeSpan.Zero, TimeSpan.FromDays(3650), nameof(options.HstsMaxAge));
        return problems.ToResult();
    }

    /// <summary>Whether a text can be a header's value: printable ASCII.</summary>
    public static bool IsHeaderValue(string? value) => value is not null && !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static void RequireValue(OptionProblems problems, string? value, string setting) => problems.Require(
        IsHeaderValue(value), $"{setting} is no header's value. Give printable ASCII, or leave it empty for no such header.");
}
