using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Steps;

/// <summary>Says which setting of a <see cref="ChainOptions"/> is out of range, and the mend.</summary>
/// <remarks>
/// Thread safe. A chain validates its options itself, at its construction and at each reload. Registered in a container, the validator would
/// turn an invalid reload into an exception on the thread that reloads.
/// </remarks>
internal sealed class ChainOptionsValidator : IValidateOptions<ChainOptions>
{
    /// <summary>Checks the options of one chain.</summary>
    /// <param name="name">The chain's name.</param>
    /// <param name="options">The options.</param>
    /// <returns>Success, or every problem that was found.</returns>
    public ValidateOptionsResult Validate(string? name, ChainOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new OptionProblems($"Chain '{name}'");
        StepOptionsValidator.CheckTimeout(problems, options.Timeout, nameof(options.Timeout));
        return problems.ToResult();
    }
}
