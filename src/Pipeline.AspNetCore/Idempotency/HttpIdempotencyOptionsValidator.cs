using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Pipeline.Backends;

namespace Pipeline.Idempotency;

/// <summary>Checks <see cref="HttpIdempotencyOptions"/> at start.</summary>
internal sealed class HttpIdempotencyOptionsValidator : IValidateOptions<HttpIdempotencyOptions>
{
    private const int LongestHeader = 100;

    public ValidateOptionsResult Validate(string? name, HttpIdempotencyOptions options)
    {
        var problems = new OptionProblems("Idempotency");
        problems.Require(IsHeader(options.Header), $"{nameof(options.Header)} is no name of a header. Give letters, digits and hyphens, for instance Idempotency-Key.");
        problems.Range(options.Lease, TimeSpan.FromSeconds(1), TimeSpan.FromHours(12), nameof(options.Lease));
        problems.Range(options.TimeToLive, TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650), nameof(options.TimeToLive));
        problems.Require(
            options.AdditionalHeaders is not null && options.AdditionalHeaders.All(IsHeader),
            $"{nameof(options.AdditionalHeaders)} holds what is no name of a header. Give letters, digits and hyphens.");
        problems.Require(
            options.AdditionalHeaders?.Contains(HeaderNames.SetCookie, StringComparer.OrdinalIgnoreCase) != true,
            $"{nameof(options.AdditionalHeaders)} holds {HeaderNames.SetCookie}. Remove it: a cookie is not to be kept and given out again.");
        return problems.ToResult();
    }

    private static bool IsHeader(string? name) =>
        name is { Length: > 0 and <= LongestHeader } && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
