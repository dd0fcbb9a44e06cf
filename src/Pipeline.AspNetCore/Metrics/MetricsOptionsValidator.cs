using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Metrics;

/// <summary>Checks <see cref="MetricsOptions"/> at start.</summary>
internal sealed class MetricsOptionsValidator : IValidateOptions<MetricsOptions>
{
    public ValidateOptionsResult Validate(string? name, MetricsOptions options)
    {
        var problems = new OptionProblems("Metrics");
        problems.Range(options.MaxSeries, 1, 1_000_000, nameof(options.MaxSeries));
        problems.Require(options.Meters is not null, $"{nameof(options.Meters)} is null. Leave it as it is, or add names of meters.");
        foreach (var meter in options.Meters ?? [])
        {
            problems.Require(
                meter is { Length: > 0 } && !meter[..^1].Contains('*', StringComparison.Ordinal),
                $"{nameof(options.Meters)} has '{meter}'. Give the name of a meter, or its beginning and a * at the end.");
        }

        return problems.ToResult();
    }
}
