using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>Says which setting of a <see cref="TieredCacheOptions"/> is out of range, and the mend.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class TieredCacheOptionsValidator : IValidateOptions<TieredCacheOptions>
{
    // One byte of the backend's greatest value says what follows.
    internal const int GreatestMaxValueBytes = CacheEntryOptions.MaxValueBytes - 1;

    private const int GreatestFailures = 1_000;

    private static readonly CacheMemoryOptionsValidator Memory = new();
    private static readonly CacheEntryPresetValidator Preset = new();

    /// <summary>Checks the options of one cache, its presets among them.</summary>
    /// <param name="name">Not used: a suite has one cache.</param>
    /// <param name="options">The options.</param>
    /// <returns>Success, or every problem that was found.</returns>
    public ValidateOptionsResult Validate(string? name, TieredCacheOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new OptionProblems("The cache");
        problems.Range(options.MaxValueBytes, 1, GreatestMaxValueBytes, nameof(options.MaxValueBytes), "bytes");
        problems.Range(options.BackendTimeout, CacheEntryOptions.MinDuration, TimeSpan.FromMinutes(1), nameof(options.BackendTimeout));
        problems.Range(options.BackendFailures, 1, GreatestFailures, nameof(options.BackendFailures), "calls");
        problems.Range(options.BackendBreak, CacheEntryOptions.MinDuration, TimeSpan.FromHours(1), nameof(options.BackendBreak));
        problems.Range(options.UnconfirmedFor, TimeSpan.Zero, TimeSpan.FromDays(1), nameof(options.UnconfirmedFor));
        problems.Range(options.FillLease, CacheFillLease.MinDuration, CacheFillLease.MaxDuration, nameof(options.FillLease));
        problems.Require(options.Memory is not null, "Memory is null. Give a value, if only the default one.");
        problems.Require(options.Default is not null, "Default is null. Give a value, if only the default one.");
        problems.Require(options.Presets is not null, "Presets is null. Give a dictionary, if only an empty one.");
        List<string> failures = [];
        Collect(problems.ToResult(), failures);
        Collect(options.Memory is { } memory ? Memory.Validate(name, memory) : null, failures);
        Collect(options.Default is { } byDefault ? Preset.Validate("", byDefault) : null, failures);
        foreach (var (preset, entry) in options.Presets ?? new Dictionary<string, CacheEntryPreset>(StringComparer.Ordinal))
        {
            Collect(CheckPreset(preset, entry), failures);
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static ValidateOptionsResult CheckPreset(string name, CacheEntryPreset? entry)
    {
        var problems = new OptionProblems("The cache");
        problems.Name(name, nameof(TieredCacheOptions.Presets));
        problems.Require(entry is not null, $"Preset '{name}' is null. Give it a value, or leave it out.");
        var verdict = problems.ToResult();
        return verdict.Failed ? verdict : Preset.Validate(name, entry!);
    }

    private static void Collect(ValidateOptionsResult? verdict, List<string> failures)
    {
        if (verdict is { Failed: true })
        {
            failures.AddRange(verdict.Failures);
        }
    }
}
