using System.Diagnostics.CodeAnalysis;
using Pipeline.Caching;
using Pipeline.DependencyInjection;

namespace Pipeline.Steps;

public sealed partial class StepBuilder<TIn, TOut>
{
    private StepSemanticCacheBuilder<TIn, TOut>? _semanticCache;

    /// <summary>
    /// Answers near-identical requests from the answers to earlier ones of the same tenant, step version and model. Experimental: see
    /// <see cref="Caching.SemanticCache"/>, and measure it on your own requests.
    /// </summary>
    /// <param name="text">Finds the words of the request in the input: all that its answer depends on. <see langword="null"/> or blank looks nothing up.</param>
    /// <param name="freshFor">How long an answer may serve, 1 millisecond to 3,650 days.</param>
    /// <param name="configure">How near, verified by whom, under which tags; <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// <para>Stands behind the exact cache (<c>Cache</c>), if there is one, which then keeps its answers, too, for its own time. Takes an
    /// <c>IEmbeddingGenerator&lt;string, Embedding&lt;float&gt;&gt;</c> from the services; a start without one fails.</para>
    /// <para>What an embedding takes is booked to the call. A look-up that fails or is late is a miss, and the step runs.</para>
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="freshFor"/> is out of range.</exception>
    [Experimental(Caching.SemanticCache.DiagnosticId)]
    public StepBuilder<TIn, TOut> SemanticCache(
        Func<TIn, string?> text, TimeSpan freshFor, Action<StepSemanticCacheBuilder<TIn, TOut>>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        _semanticCache = new(text, freshFor);
        configure?.Invoke(_semanticCache);
        return this;
    }

    /// <exception cref="InvalidOperationException">There is no embedding generator, or nothing says how answers are stored.</exception>
    private SemanticCacheStage<TIn, TOut>? SemanticCacheStageOf(SuiteServices services) =>
        _semanticCache is null ? null : new(_semanticCache.Build(Name, services));
}
