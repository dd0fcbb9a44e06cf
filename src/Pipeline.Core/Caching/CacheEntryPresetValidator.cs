using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>Says which setting of a <see cref="CacheEntryPreset"/> is out of range, and the mend.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class CacheEntryPresetValidator : IValidateOptions<CacheEntryPreset>
{
    private const double LeastRefresh = 0.01;

    /// <summary>Checks one preset.</summary>
    /// <param name="name">The preset's name; empty for the default.</param>
    /// <param name="options">The preset.</param>
    /// <returns>Success, or every problem that was found.</returns>
    public ValidateOptionsResult Validate(string? name, CacheEntryPreset options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new OptionProblems(string.IsNullOrEmpty(name) ? "The default cache entry" : $"Cache preset '{name}'");
        CheckTimes(problems, options);
        problems.Range(options.EarlyRefresh ?? LeastRefresh, LeastRefresh, CacheEntryPreset.GreatestFraction, nameof(options.EarlyRefresh));
        problems.Range(options.Jitter, 0, CacheEntryPreset.GreatestFraction, nameof(options.Jitter));
        problems.Require(
            options.SoftTimeout is null || options.StaleFor > TimeSpan.Zero,
            "SoftTimeout is set, but StaleFor is zero, so that there is never a stale value to answer with. Set StaleFor, or leave SoftTimeout out.");
        problems.Require(
            options.SoftTimeout is not { } soft || options.HardTimeout is not { } hard || soft <= hard,
            $"SoftTimeout is {options.SoftTimeout}, longer than HardTimeout, {options.HardTimeout}. Shorten the one, or raise the other.");
        return problems.ToResult();
    }

    private static void CheckTimes(OptionProblems problems, CacheEntryPreset preset)
    {
        var least = CacheEntryOptions.MinDuration;
        var greatest = CacheEntryOptions.MaxDuration;
        var greatestTimeout = CacheEntryPreset.GreatestTimeout;
        problems.Range(preset.FreshFor, least, greatest, nameof(preset.FreshFor));
        problems.Range(preset.LocalFor ?? least, least, greatest, nameof(preset.LocalFor));
        problems.Range(preset.StaleFor, TimeSpan.Zero, greatest, nameof(preset.StaleFor));
        problems.Range(preset.SoftTimeout ?? TimeSpan.Zero, TimeSpan.Zero, greatestTimeout, nameof(preset.SoftTimeout));
        problems.Range(preset.HardTimeout ?? least, least, greatestTimeout, nameof(preset.HardTimeout));
        problems.Range(preset.RetryDelay, TimeSpan.Zero, greatestTimeout, nameof(preset.RetryDelay));
        problems.Range(preset.FillWait, TimeSpan.Zero, greatestTimeout, nameof(preset.FillWait));
    }
}
