using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backends;
using Pipeline.Caching;

namespace Pipeline.DependencyInjection;

/// <summary>Reaches the host's distributed cache once, by a read.</summary>
internal sealed class DistributedCacheProbe(IServiceProvider services, string suite, StartupCheck requirement) : IBackendProbe
{
    public string Backend => "The host's distributed cache";

    public StartupCheck Requirement => requirement;

    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        using var nothing = new PooledBuffer();
        await services.GetRequiredPipelineService<ICacheBackend>(suite)
            .TryGetAsync("probe", nothing, CacheReadOptions.None, cancellationToken)
            .ConfigureAwait(false);
    }
}
