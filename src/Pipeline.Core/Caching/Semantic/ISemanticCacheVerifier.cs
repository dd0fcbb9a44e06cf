using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Caching;

/// <summary>
/// Has the last word on whether the answer to a stored request may serve for a near one: embeddings of "refundable" and "not refundable" are nearly equal.
/// </summary>
/// <remarks>
/// Implementations are thread safe. They are asked for each candidate above the threshold, nearest first, within the cache's time budget. One that throws
/// or is late is a miss. The default is <see cref="SemanticDifferenceVerifier"/>.
/// </remarks>
[Experimental(SemanticCache.DiagnosticId)]
public interface ISemanticCacheVerifier
{
    /// <summary>Judges a candidate.</summary>
    /// <param name="candidate">The two requests and how near they are.</param>
    /// <param name="cancellationToken">Cancelled when the call ends or its time has run out.</param>
    /// <returns>Whether the stored answer may serve.</returns>
    ValueTask<SemanticCacheVerdict> VerifyAsync(SemanticCacheCandidate candidate, CancellationToken cancellationToken = default);
}
