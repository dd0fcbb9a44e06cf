using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Caching;
using Pipeline.DependencyInjection;

namespace Pipeline.Steps;

/// <summary>Says when a stored answer may serve for a near request, and which answers are kept.</summary>
/// <typeparam name="TIn">What goes into the step.</typeparam>
/// <typeparam name="TOut">What comes out of the step.</typeparam>
/// <remarks>
/// Used while services are registered, on one thread. What is said again takes the place of what was said before. The delegates are called by many calls at
/// the same time.
/// </remarks>
[Experimental(SemanticCache.DiagnosticId)]
public sealed class StepSemanticCacheBuilder<TIn, TOut>
{
    private readonly Func<TIn, string?> _text;
    private SemanticCacheEntryOptions _options;
    private Func<TIn, IEnumerable<string>>? _tags;
    private Func<TOut, bool>? _keep;

    internal StepSemanticCacheBuilder(Func<TIn, string?> text, TimeSpan freshFor)
    {
        _text = text;
        _options = new SemanticCacheEntryOptions { FreshFor = freshFor };
    }

    /// <summary>Says how near a request must be: see <see cref="SemanticCacheEntryOptions.Threshold"/>.</summary>
    /// <param name="threshold">The least cosine, above 0 and at most 1. Default: 0.95.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threshold"/> is out of range.</exception>
    public StepSemanticCacheBuilder<TIn, TOut> Threshold(float threshold)
    {
        _options = _options with { Threshold = threshold };
        return this;
    }

    /// <summary>Says how long a look-up may hold a call: see <see cref="SemanticCacheEntryOptions.Budget"/>.</summary>
    /// <param name="budget">1 millisecond to 1 minute. Default: 1 second.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="budget"/> is out of range.</exception>
    public StepSemanticCacheBuilder<TIn, TOut> Budget(TimeSpan budget)
    {
        _options = _options with { Budget = budget };
        return this;
    }

    /// <summary>Says who has the last word on whether two requests ask for the same, in place of <see cref="SemanticDifferenceVerifier"/>.</summary>
    /// <param name="verifier">The verifier.</param>
    /// <returns>The builder.</returns>
    public StepSemanticCacheBuilder<TIn, TOut> Verify(ISemanticCacheVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        _options = _options with { Verifier = verifier };
        return this;
    }

    /// <summary>Gives answers tags, by which they can be invalidated together (<c>HybridCache.RemoveByTagAsync</c>).</summary>
    /// <param name="selector">Finds the tags in the input: at most 62 different ones, each 1 to 512 bytes of UTF-8.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Where the step has an exact cache, too, give both the same tags: it keeps what this one answers. Tags are not walled by tenant.</remarks>
    public StepSemanticCacheBuilder<TIn, TOut> Tags(Func<TIn, IEnumerable<string>> selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        _tags = selector;
        return this;
    }

    /// <summary>Says which answers may be kept.</summary>
    /// <param name="condition">Whether an answer may be kept. Where it throws, the call fails as if the step had.</param>
    /// <returns>The builder.</returns>
    public StepSemanticCacheBuilder<TIn, TOut> Keep(Func<TOut, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        _keep = condition;
        return this;
    }

    /// <exception cref="InvalidOperationException">There is no embedding generator, or nothing says how answers are stored.</exception>
    internal StepSemanticCacheSettings<TIn, TOut> Build(string step, SuiteServices services)
    {
        try
        {
            return new(
                services.GetRequired<SemanticCache>(),
                _text,
                _options,
                new StepValueSerializer<TOut>(services.GetRequired<TieredCache>().Core.Serializers.Get<TOut>()),
                _tags,
                _keep);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException($"Step '{step}' asks for the semantic cache. {e.Message}", e);
        }
    }
}
