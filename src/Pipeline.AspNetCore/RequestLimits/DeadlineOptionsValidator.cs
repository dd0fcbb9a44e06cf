using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.RequestLimits;

/// <summary>Checks <see cref="DeadlineOptions"/> at start.</summary>
internal sealed class DeadlineOptionsValidator : IValidateOptions<DeadlineOptions>
{
    public static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);
    public static readonly TimeSpan Most = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, DeadlineOptions options)
    {
        var problems = new OptionProblems("Deadlines");
        problems.Range(options.Default ?? Least, Least, Most, nameof(options.Default));
        problems.Require(options.Models is not null, $"{nameof(options.Models)} is null. Leave it empty, or give each model a time.");
        foreach (var (model, deadline) in options.Models ?? new Dictionary<string, TimeSpan>(StringComparer.Ordinal))
        {
            problems.Range(deadline, Least, Most, $"{nameof(options.Models)}:{model}");
        }

        return problems.ToResult();
    }
}
