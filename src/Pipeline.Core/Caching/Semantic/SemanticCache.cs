using System.Diagnostics.CodeAnalysis;
using Pipeline.Backends;
using Pipeline.Vectors;

namespace Pipeline.Caching;

/// <summary>
/// Answers near-identical requests: finds by their embeddings the stored requests that are near to the one at hand, and hands out the answer to one of them
/// if a verifier finds that both ask for the same.
/// </summary>
/// <remarks>
/// <para><b>Where.</b> Requests are kept in the suite's <see cref="IVectorIndex"/>, in a collection for each embedding model, answers in its
/// <see cref="ICacheBackend"/>. The text of a request is stored with its vector.</para>
/// <para><b>Never across.</b> An answer serves only within its <see cref="SemanticCacheScope"/>. The tenant is a wall of the index, and the whole scope is part
/// of the key of each answer.</para>
/// <para><b>Invalidation.</b> Answers have tags of the suite's cache: <c>HybridCache.RemoveByTagAsync</c> invalidates them with the others, and <c>*</c>
/// invalidates all. <see cref="InvalidateStepAsync"/> invalidates those of a step. What was being made at the time is not kept.</para>
/// <para><b>Outage.</b> An embedding generator, index, cache or verifier that fails or is late is a miss. Where most look-ups fail, none is tried for
/// 5 seconds at a time.</para>
/// <para>Experimental: it may change, and answers may be wrong where the verifier errs. Thread safe.</para>
/// </remarks>
[Experimental(DiagnosticId)]
public sealed partial class SemanticCache
{
    /// <summary>The id of the diagnostic that asks to use what is experimental knowingly: suppress it to do so.</summary>
    public const string DiagnosticId = "PIPELINE001";

    /// <summary>How far below the threshold a request counts as a near miss.</summary>
    internal const float NearMissMargin = 0.05f;

    private readonly SemanticStore _store;
    private readonly SemanticGuard _guard;
    private readonly SemanticCacheMetrics _metrics;

    internal SemanticCache(SemanticStore store, SemanticGuard guard, SemanticCacheMetrics metrics)
    {
        _store = store;
        _guard = guard;
        _metrics = metrics;
    }

    /// <summary>Gets the answer to a request or a near one, or makes it.</summary>
    /// <typeparam name="T">The answer's type.</typeparam>
    /// <param name="scope">Whose answers may serve.</param>
    /// <param name="text">
    /// The request, in words. What is longer than <see cref="VectorValue.MaxTextLength"/>, blank, or not well-formed Unicode is not looked up.
    /// </param>
    /// <param name="factory">Makes the answer.</param>
    /// <param name="options">When an answer may serve, and how long it is kept.</param>
    /// <param name="tags">What invalidates the answer: at most 62 different tags, each 1 to 512 bytes of UTF-8.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The answer. A stored one is deserialised for each caller.</returns>
    /// <exception cref="InvalidOperationException">Nothing says how the answer is stored.</exception>
    public async ValueTask<T> GetOrCreateAsync<T>(
        SemanticCacheScope scope,
        string text,
        Func<CancellationToken, ValueTask<T>> factory,
        SemanticCacheEntryOptions options,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(factory);
        var request = new SemanticRequest<T>(scope, text, options, tags, _store.SerializerOf<T>());
        var answer = await FindAsync(request, cancellationToken).ConfigureAwait(false);
        if (answer.Value is { } stored)
        {
            return stored.Value;
        }

        var value = await factory(cancellationToken).ConfigureAwait(false);
        await KeepAsync(request, answer, new(value, origin: null)).ConfigureAwait(false);
        return value;
    }

    /// <summary>Invalidates all answers of a step, of all tenants, versions and models.</summary>
    /// <param name="step">The step's name.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when they are not served any more: at once by this process, by others within the delay of the cache's feed.</returns>
    /// <exception cref="ArgumentException"><paramref name="step"/> is no valid name.</exception>
    /// <exception cref="BackendUnavailableException">The cache's backend did not answer. Repeat the call.</exception>
    public ValueTask InvalidateStepAsync(string step, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(step);
        return _store.InvalidateStepAsync(step, cancellationToken);
    }
}
