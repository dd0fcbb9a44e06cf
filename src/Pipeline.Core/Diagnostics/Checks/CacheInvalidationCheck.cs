using Pipeline.Caching;
using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>Whether a process hears of what another one has invalidated.</summary>
internal sealed class CacheInvalidationCheck(SuiteFacts suite) : SuiteCheck(suite, "cache.invalidation")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        if (Suite.Registry.IsDefault<ICacheBackend>())
        {
            return new(DoctorResult.Ok("The cache is this process's own."));
        }

        if (Suite.GetRequired<ICacheBackend>().GetCapability<ICacheInvalidationFeed>() is not null)
        {
            return new(DoctorResult.Ok("The cache's backend tells every process of invalidations."));
        }

        var options = CachingRegistration.ReadOptions(Suite.Services, Suite.Registry);
        var unbounded = options.Presets
            .Select(static preset => (Name: $"{nameof(options.Presets)}:{preset.Key}", Preset: preset.Value))
            .Prepend((Name: nameof(options.Default), Preset: options.Default))
            .Where(static entry => entry.Preset.LocalFor is null)
            .OrderBy(static entry => entry.Name, StringComparer.Ordinal)
            .ToArray();
        return new(unbounded.Length == 0
            ? DoctorResult.Ok("The cache's backend tells nobody of invalidations, but every entry has a LocalFor.")
            : DoctorResult.Warning(
                $"The cache's backend tells nobody of invalidations, and these have no LocalFor: {Wording.Names([.. unbounded.Select(static entry => entry.Name)])}. "
                + $"A process goes on with its own copies for up to {Wording.Time(unbounded.Max(static entry => entry.Preset.FreshFor))} after another has invalidated them.",
                Suite.Set($"{Sections.Caching}:{unbounded[0].Name}:{nameof(CacheEntryPreset.LocalFor)}", "the longest that is bearable, for instance 00:00:10")
                + (unbounded.Length == 1 ? "" : " The same for the others.")));
    }
}
