using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Health;

/// <summary>Checks <see cref="DrainingOptions"/> at start.</summary>
internal sealed class DrainingOptionsValidator : IValidateOptions<DrainingOptions>
{
    public ValidateOptionsResult Validate(string? name, DrainingOptions options)
    {
        var problems = new OptionProblems("Draining");
        problems.Range(options.PreStopWait, TimeSpan.Zero, TimeSpan.FromMinutes(5), nameof(options.PreStopWait));
        return problems.ToResult();
    }
}
