using Microsoft.Extensions.Options;

namespace Pipeline.Backends;

/// <summary>Applies validators where options are taken over.</summary>
public static class OptionsValidatorExtensions
{
    /// <summary>Returns if options are valid, and throws otherwise.</summary>
    /// <typeparam name="TOptions">The options' type.</typeparam>
    /// <param name="validator">The validator.</param>
    /// <param name="name">The name of what the options belong to.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="OptionsValidationException">A setting is out of range; the message names every one, and the mend.</exception>
    public static void ThrowIfInvalid<TOptions>(this IValidateOptions<TOptions> validator, string name, TOptions options)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(validator);
        var verdict = validator.Validate(name, options);
        if (verdict.Failed)
        {
            throw new OptionsValidationException(name, typeof(TOptions), verdict.Failures);
        }
    }
}
