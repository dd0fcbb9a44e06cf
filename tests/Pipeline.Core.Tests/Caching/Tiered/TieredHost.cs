using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Conformance.Caching.FaultInjection;
using Pipeline.DependencyInjection;
using Pipeline.Steps;

namespace Pipeline.Caching;

/// <summary>A tiered cache on a manual clock, over the in-memory backend of this process or over one that is shared like a server.</summary>
internal sealed class TieredHost : IDisposable
{
    public const int TimeLimit = 60_000;

    private readonly ServiceProvider _services;

    private TieredHost(ObservedClock clock, ICacheBackend store, bool isLocal, TieredCacheOptions options, Action<IServiceCollection>? services, bool isAlone = true)
    {
        Clock = clock;
        Store = store;
        var all = new ServiceCollection();
        all.AddMetrics();
        services?.Invoke(all);
        _services = all.BuildServiceProvider();
        Meters = _services.GetRequiredService<IMeterFactory>();
        Metrics = new MeasurementCollector(Meters);
        Cache = new TieredCache(
            isLocal ? store : new FaultInjectingCacheBackend(store, Faults) { IsProcessOfItsOwn = isAlone },
            isLocal,
            options,
            new CacheSerializers(_services, new JsonTypeInfos([TieredContext.Default])),
            new CacheMetrics(Meters),
            clock,
            new Logger<TieredCache>(Logs));
    }

    public ObservedClock Clock { get; }

    public ICacheBackend Store { get; }

    public CacheFaults Faults { get; } = new();

    public RecordingLogger Logs { get; } = new();

    public IMeterFactory Meters { get; }

    public MeasurementCollector Metrics { get; }

    public TieredCache Cache { get; }

    /// <summary>One process with nothing installed.</summary>
    public static TieredHost Local(Action<TieredCacheOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var clock = new ObservedClock();
        return new(clock, new InMemoryCacheBackend(timeProvider: clock), isLocal: true, Options(configure), services);
    }

    /// <summary>A process of a fleet, whose backend is a server.</summary>
    public static Task<TieredHost> SharedAsync(Action<TieredCacheOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var clock = new ObservedClock();
        return OverAsync(new InMemoryCacheBackend(timeProvider: clock), clock, configure, services);
    }

    /// <summary>A cache over the backend given.</summary>
    /// <param name="store">The backend.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="configure">Changes the defaults.</param>
    /// <param name="services">Adds serializers.</param>
    /// <param name="isAlone">Whether it is the only one of its process: else what others change through the backend looks local to it.</param>
    public static async Task<TieredHost> OverAsync(
        ICacheBackend store,
        ObservedClock clock,
        Action<TieredCacheOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        bool isAlone = true)
    {
        var host = new TieredHost(clock, store, isLocal: false, Options(configure), services, isAlone);
        while (store.GetCapability<ICacheInvalidationFeed>() is not null && host.Cache.Core.Tags.InterruptedAt >= 0)
        {
            // The first notice comes on the thread pool, and what was asked for before it is asked for again after it.
            await Task.Yield();
        }

        return host;
    }

    /// <summary>Another process over the same backend.</summary>
    public Task<TieredHost> BesideAsync(Action<TieredCacheOptions>? configure = null) => OverAsync(Store, Clock, configure);

    public void Dispose()
    {
        Cache.Dispose();
        Metrics.Dispose();
        Logs.Dispose();
        _services.Dispose();
    }

    /// <summary>Waits until all notices that were sent so far have been heeded.</summary>
    public async Task HeardAsync()
    {
        // The backend's own delivery is in order, so that once a later notice has come, all have.
        var marker = $"marker {Guid.NewGuid()}";
        await Store.InvalidateTagAsync(marker);
        while (!Cache.Core.Tags.Knows(marker))
        {
            await Task.Yield();
        }
    }

    private static TieredCacheOptions Options(Action<TieredCacheOptions>? configure)
    {
        var options = new TieredCacheOptions();
        configure?.Invoke(options);
        return options;
    }
}
