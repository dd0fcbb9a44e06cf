namespace Pipeline.Caching;

internal sealed class FuncVerifier(Func<SemanticCacheCandidate, SemanticCacheVerdict> verify) : ISemanticCacheVerifier
{
    public ValueTask<SemanticCacheVerdict> VerifyAsync(SemanticCacheCandidate candidate, CancellationToken cancellationToken = default) =>
        new(verify(candidate));
}
