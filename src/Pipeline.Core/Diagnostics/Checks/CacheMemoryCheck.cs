using Pipeline.Caching;
using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>Whether the cache's bound leaves the process room, and whether the largest value fits in.</summary>
internal sealed class CacheMemoryCheck(SuiteFacts suite) : SuiteCheck(suite, "cache.memory")
{
    public const double WarningPart = 0.5;
    public const double ErrorPart = 0.9;

    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var options = CachingRegistration.ReadOptions(Suite.Services, Suite.Registry);
        var bound = options.Memory.MaxBytes;
        var available = Suite.Process.AvailableMemoryBytes;
        var setting = $"{Sections.Caching}:{nameof(options.Memory)}:{nameof(options.Memory.MaxBytes)}";
        var summary = $"The cache may hold {Wording.Bytes(bound)} of the {Wording.Bytes(available)} that the process may use.";
        var mend = Suite.Set(setting, $"{(long)(available * WarningPart)} or less") + " Or give the process more memory.";

        // Who takes the cache from the services is not known; a step that is cached surely fills it.
        if (bound > available * ErrorPart && Suite.Registry.Items.Any(static item => item.Step is { IsCached: true }))
        {
            findings.Fail(summary, mend);
        }
        else if (bound > available * WarningPart)
        {
            findings.Warn(summary, mend);
        }

        if (options.MaxValueBytes > bound)
        {
            findings.Warn(
                $"MaxValueBytes is {Wording.Bytes(options.MaxValueBytes)}, more than the cache holds in all: larger values are made anew at each call.",
                Suite.Set($"{Sections.Caching}:{nameof(options.MaxValueBytes)}", $"{bound / 10} or less"));
        }

        return new(findings.ToResult(summary));
    }
}
