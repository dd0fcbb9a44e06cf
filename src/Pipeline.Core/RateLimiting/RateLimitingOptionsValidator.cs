using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.RateLimiting;

/// <summary>Checks <see cref="RateLimitingOptions"/> at start. The rules are checked where they are applied, since only there their names are known.</summary>
internal sealed class RateLimitingOptionsValidator : IValidateOptions<RateLimitingOptions>
{
    public ValidateOptionsResult Validate(string? name, RateLimitingOptions options)
    {
        var problems = new OptionProblems("RateLimiting");
        problems.Range(options.OutageBudget, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10), nameof(options.OutageBudget));
        problems.Range(options.BlockSize, 1, 100_000, nameof(options.BlockSize), "permits");
        problems.Require(options.Rules is not null, $"{nameof(options.Rules)} is null. Leave it empty, or give each rule a text such as 100/60.");
        return problems.ToResult();
    }
}
