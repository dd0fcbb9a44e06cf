using Microsoft.Extensions.DependencyInjection;
using Pipeline.Caching;
using Pipeline.DependencyInjection;

namespace Pipeline.Postgres.Caching;

/// <summary>A process that an application runs: a suite whose cache is on PostgreSQL.</summary>
internal sealed class TieredProcess : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private int _runs;

    private TieredProcess(ServiceProvider services)
    {
        _services = services;
        Cache = services.GetRequiredService<TieredCache>();
    }

    public TieredCache Cache { get; }

    public ICacheBackend Backend => _services.GetRequiredService<ICacheBackend>();

    /// <summary>How often the process has made a value.</summary>
    public int Runs => Volatile.Read(ref _runs);

    public static TieredProcess Start(string connectionString, Action<TieredCacheOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddPipeline()
            .UsePostgres(connectionString, PipelineRoles.Cache, settings => settings.CommandTimeout = TimeSpan.FromSeconds(10))
            .ConfigureCache(cache => configure?.Invoke(cache));
        return new TieredProcess(services.BuildServiceProvider());
    }

    /// <summary>Gets a value, or makes it.</summary>
    public async Task<string> GetAsync(string key, Func<Task<string>> make, params string[] tags) =>
        await Cache.GetOrCreateAsync(
            key,
            async _ =>
            {
                Interlocked.Increment(ref _runs);
                return await make();
            },
            tags: tags);

    public Task<string> GetAsync(string key, string text, params string[] tags) => GetAsync(key, () => Task.FromResult(text), tags);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
