using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>Says which setting of a <see cref="CacheMemoryOptions"/> is out of range, and the mend.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class CacheMemoryOptionsValidator : IValidateOptions<CacheMemoryOptions>
{
    /// <summary>Checks the options of one cache.</summary>
    /// <param name="name">Not used: a suite has one cache.</param>
    /// <param name="options">The options.</param>
    /// <returns>Success, or every problem that was found.</returns>
    public ValidateOptionsResult Validate(string? name, CacheMemoryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new OptionProblems("The cache's memory");
        problems.Range(options.MaxEntries, 1, CacheMemoryOptions.GreatestMaxEntries, nameof(options.MaxEntries), "entries");
        problems.Range(options.MaxBytes, CacheMemoryOptions.LeastMaxBytes, CacheMemoryOptions.GreatestMaxBytes, nameof(options.MaxBytes), "bytes");
        return problems.ToResult();
    }
}
