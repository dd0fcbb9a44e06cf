using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.RequestLimits;

/// <summary>Checks <see cref="BodyLimitOptions"/> at start.</summary>
internal sealed class BodyLimitOptionsValidator : IValidateOptions<BodyLimitOptions>
{
    public ValidateOptionsResult Validate(string? name, BodyLimitOptions options)
    {
        var problems = new OptionProblems("BodyLimits");
        problems.Range(options.MaxBytes, 1, BodyLimit.MostBytes, nameof(options.MaxBytes), "bytes");
        problems.Range(options.MaxDepth, 1, JsonLimits.MostDepth, nameof(options.MaxDepth));
        problems.Range(options.MaxArrayItems, 1, int.MaxValue, nameof(options.MaxArrayItems));
        problems.Range(options.MaxStringLength, 1, int.MaxValue, nameof(options.MaxStringLength));
        problems.Range(options.MaxTotalStringLength, 1, int.MaxValue, nameof(options.MaxTotalStringLength));
        return problems.ToResult();
    }
}
