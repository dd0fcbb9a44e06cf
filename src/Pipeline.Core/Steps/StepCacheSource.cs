using Pipeline.Caching;

namespace Pipeline.Steps;

/// <summary>Where a step's cache has it from how long answers live. Asked when the runner is made, with the cache and the step's name.</summary>
internal static class StepCacheSource
{
    /// <summary>The default entry, with a fresh time of its own.</summary>
    public static Func<TieredCache, string, CachePolicy> FreshFor(TimeSpan time) => Own(entry => entry.FreshFor = time);

    /// <summary>A preset.</summary>
    public static Func<TieredCache, string, CachePolicy> Preset(string name) => (cache, step) =>
    {
        try
        {
            return cache.PolicyOf(name);
        }
        catch (ArgumentException e)
        {
            throw new InvalidOperationException($"Step '{step}' names a cache preset that is not declared. {e.Message}", e);
        }
    };

    /// <summary>The default entry with changes.</summary>
    public static Func<TieredCache, string, CachePolicy> Own(Action<CacheEntryPreset> change) => (cache, step) =>
    {
        var entry = cache.DefaultPreset;
        change(entry);
        return CachePolicy.Of(entry, $"step {step}");
    };
}
