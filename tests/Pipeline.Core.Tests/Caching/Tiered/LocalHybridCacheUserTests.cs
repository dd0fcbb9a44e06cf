namespace Pipeline.Caching;

/// <summary>As in a single process, where there is one level.</summary>
public sealed class LocalHybridCacheUserTests : HybridCacheUserTests
{
    private protected override Task<TieredHost> CreateAsync() => Task.FromResult(TieredHost.Local());
}
