using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Health;

/// <summary>Checks <see cref="HealthOptions"/> at start.</summary>
internal sealed class HealthOptionsValidator : IValidateOptions<HealthOptions>
{
    public ValidateOptionsResult Validate(string? name, HealthOptions options)
    {
        var problems = new OptionProblems("Health");
        problems.Range(options.CacheFor, TimeSpan.Zero, TimeSpan.FromHours(1), nameof(options.CacheFor));
        problems.Range(options.Timeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1), nameof(options.Timeout));
        return problems.ToResult();
    }
}
