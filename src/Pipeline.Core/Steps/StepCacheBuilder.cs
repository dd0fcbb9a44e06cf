using Microsoft.Extensions.Options;
using Pipeline.Caching;
using Pipeline.DependencyInjection;

namespace Pipeline.Steps;

/// <summary>Says for whom a step's answers are cached, under which key and tags, and which of them may be kept.</summary>
/// <typeparam name="TIn">What goes into the step.</typeparam>
/// <typeparam name="TOut">What comes out of the step; for a streaming step, the list of all its items.</typeparam>
/// <remarks>
/// Used while services are registered, on one thread. What is said again takes the place of what was said before. The delegates are called by
/// many calls at the same time.
/// </remarks>
public sealed class StepCacheBuilder<TIn, TOut>
{
    private readonly Func<TieredCache, string, CachePolicy> _policy;
    private CacheScope _scope = CacheScope.Tenant;
    private Func<TIn, IEnumerable<string>>? _tags;
    private Func<TIn, string?>? _key;
    private Func<TOut, bool>? _keep;

    /// <param name="policy">Finds how long answers live.</param>
    internal StepCacheBuilder(Func<TieredCache, string, CachePolicy> policy) => _policy = policy;

    /// <summary>Says who shares an answer: the callers of one tenant, which is the default, or all.</summary>
    /// <param name="scope">The scope. <see cref="CacheScope.Shared"/> is only for what depends on nothing but the input.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scope"/> is not one of the enumeration.</exception>
    public StepCacheBuilder<TIn, TOut> Scope(CacheScope scope)
    {
        _scope = Enum.IsDefined(scope)
            ? scope
            : throw new ArgumentOutOfRangeException(nameof(scope), scope, "There is no such scope. Give Tenant or Shared.");
        return this;
    }

    /// <summary>Gives answers tags, by which they can be invalidated together (<c>HybridCache.RemoveByTagAsync</c>).</summary>
    /// <param name="selector">Finds the tags in the input: at most 63 different ones, each 1 to 512 bytes of UTF-8.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// An answer whose making had begun before an invalidation is not served after it. Tags are not walled by tenant; put the tenant's name
    /// into a tag that is meant for one alone.
    /// </remarks>
    public StepCacheBuilder<TIn, TOut> Tags(Func<TIn, IEnumerable<string>> selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        _tags = selector;
        return this;
    }

    /// <summary>
    /// Says what stands for the input in the key, in place of its JSON. Tenant, step, version and model are in the key all the same.
    /// </summary>
    /// <param name="selector">Finds it in the input; <see langword="null"/> for a call that is not to be cached.</param>
    /// <returns>The builder.</returns>
    public StepCacheBuilder<TIn, TOut> Key(Func<TIn, string?> selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        _key = selector;
        return this;
    }

    /// <summary>Says which answers may be kept. The others go to the callers who wait for them, and the next call runs the step again.</summary>
    /// <param name="condition">Whether an answer may be kept. Where it throws, the call fails as if the step had.</param>
    /// <returns>The builder.</returns>
    public StepCacheBuilder<TIn, TOut> Keep(Func<TOut, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        _keep = condition;
        return this;
    }

    /// <exception cref="InvalidOperationException">Nothing says how the input is written as JSON, or there is no preset of the name given.</exception>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    internal StepCacheSettings<TIn, TOut> Build(string step, SuiteServices services)
    {
        var cache = services.GetRequired<TieredCache>();
        return new(step, cache, _policy(cache, step), new StepCacheKey<TIn>(step, _scope, _key, services.Json), _tags, _keep);
    }
}
