using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Caching;

namespace Pipeline.Steps;

/// <summary>What a step's cache stage works with.</summary>
/// <param name="Step">The step's name.</param>
/// <param name="Cache">The suite's cache.</param>
/// <param name="Policy">How long answers live, and what happens while a new one is made.</param>
/// <param name="Key">Makes the keys.</param>
/// <param name="Tags">Finds the tags of an answer in the input; <see langword="null"/> for none.</param>
/// <param name="Keep">Whether an answer may be kept; <see langword="null"/> where all may.</param>
internal sealed record StepCacheSettings<TIn, TOut>(
    string Step, TieredCache Cache, CachePolicy Policy, StepCacheKey<TIn> Key, Func<TIn, IEnumerable<string>>? Tags, Func<TOut, bool>? Keep)
{
    /// <summary>Finds how what comes out of the step is stored, where it is stored in other than its own form.</summary>
    /// <exception cref="InvalidOperationException">Nothing says how it is stored.</exception>
    public IHybridCacheSerializer<T> SerializerOf<T>()
    {
        try
        {
            return Cache.Core.Serializers.Get<T>();
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException($"Step '{Step}' is cached. {e.Message} Or register an IHybridCacheSerializer<{typeof(T).Name}>.", e);
        }
    }
}
