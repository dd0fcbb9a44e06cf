using Pipeline.Backends;
using Pipeline.Caching;

namespace Pipeline.Conformance.Caching;

/// <summary>
/// What a backend's author gives to <see cref="CacheConformance"/>: how to open a cache on the backend, how to move its time, and how to
/// do to it what happens to servers. Each test has a store of its own.
/// </summary>
/// <remarks>
/// <para>The facts never wait for a clock of their own: they give durations in multiples of <see cref="Tick"/>, and move on with
/// <see cref="AdvanceAsync"/>. A store in memory has a <see cref="ManualTimeProvider"/>, and is judged to the millisecond; a store on a
/// real server tells it what time it is where that is possible, and else keeps <see cref="Tick"/> short and really waits.</para>
/// <para>The backend has room for 200 MiB, so that nothing which a fact stores is evicted.</para>
/// </remarks>
public abstract class CacheTestStore : IAsyncDisposable
{
    /// <summary>
    /// The unit of time of the facts, 400 milliseconds or more. Default: 1 second. A real server's must be long against a call: calls
    /// that follow each other must not take a quarter of it.
    /// </summary>
    public virtual TimeSpan Tick => TimeSpan.FromSeconds(1);

    /// <summary>
    /// How far the server's time may be from what the test asked for, because it moves by itself: zero for a manual clock, which makes
    /// the facts judge to the millisecond. Default: a quarter of <see cref="Tick"/>. Times that the backend reports are compared with this
    /// tolerance, and a generated sequence that took so much longer ends there.
    /// </summary>
    public virtual TimeSpan ClockTolerance => Tick / 4;

    /// <summary>
    /// Why two instances cannot be opened on the same data, in a sentence; <see langword="null"/>, the default, where they can. Facts about
    /// two processes then use one instance twice.
    /// </summary>
    public virtual string? NotSharedBecause => null;

    /// <summary>Whether the backend has the ability <see cref="ICacheInvalidationFeed"/>. Default: <see langword="true"/>.</summary>
    public virtual bool HasFeed => true;

    /// <summary>Whether the backend has the ability <see cref="ICacheFillLeases"/>. Default: <see langword="true"/>.</summary>
    public virtual bool HasFillLeases => true;

    /// <summary>How many generated sequences are run, and from which seed. Default: 25 of 60 operations.</summary>
    public virtual GenerationSettings Generation => new();

    /// <summary>How often the concurrent facts repeat what they do, which bounds them. Default: 200.</summary>
    public virtual int Repetitions => 200;

    /// <summary>Prepares the backend. Called once before the test. The default does nothing.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Opens a cache as a process would have it. Opening twice gives two processes on the same data; a backend that cannot be shared gives
    /// the same instance.
    /// </summary>
    /// <returns>The cache. The store disposes it in <see cref="DisposeAsync"/>.</returns>
    public abstract ValueTask<ICacheBackend> OpenAsync();

    /// <summary>Lets the server's time pass.</summary>
    /// <param name="time">How much.</param>
    /// <returns>A task that completes when at least that much has passed.</returns>
    public abstract ValueTask AdvanceAsync(TimeSpan time);

    /// <summary>Reads the server's clock.</summary>
    /// <returns>The server's time.</returns>
    public abstract ValueTask<DateTimeOffset> GetServerTimeAsync();

    /// <summary>Lets the backend lose the counter of a tag, as an eviction or a crash of its server does.</summary>
    /// <param name="cache">A cache of this store.</param>
    /// <param name="tag">The tag.</param>
    /// <returns>
    /// Whether the counter was lost, or the backend holds on to it now; <see langword="null"/>, the default, where none is ever lost.
    /// </returns>
    public virtual ValueTask<bool?> LoseCounterAsync(ICacheBackend cache, string tag) => ValueTask.FromResult<bool?>(null);

    /// <summary>Puts bytes where the backend keeps the entry of a key, as a foreign writer or a newer version of this suite does.</summary>
    /// <param name="key">The key.</param>
    /// <param name="stored">What stands there then, instead of an entry's <see cref="CacheEnvelope"/>.</param>
    /// <returns>Whether it was done; <see langword="false"/>, the default, where nothing is stored outside the process.</returns>
    public virtual ValueTask<bool> PlaceAsync(string key, ReadOnlyMemory<byte> stored) => ValueTask.FromResult(false);

    /// <summary>Opens a cache whose server cannot be reached.</summary>
    /// <returns>The cache, or <see langword="null"/>, the default, where there is no server. The store disposes it.</returns>
    public virtual ValueTask<ICacheBackend?> OpenUnreachableAsync() => ValueTask.FromResult<ICacheBackend?>(null);

    /// <summary>Cuts the connection by which a cache hears its feed, until <see cref="RestoreFeedAsync"/>.</summary>
    /// <param name="cache">The cache, of this store.</param>
    /// <returns>Whether it was done; <see langword="false"/>, the default, where there is no connection to cut.</returns>
    public virtual ValueTask<bool> CutFeedAsync(ICacheBackend cache) => ValueTask.FromResult(false);

    /// <summary>Lets a cache reconnect to its feed. The default does nothing.</summary>
    /// <param name="cache">The cache, of this store.</param>
    /// <returns>A task that completes when the cache is free to reconnect.</returns>
    public virtual ValueTask RestoreFeedAsync(ICacheBackend cache) => ValueTask.CompletedTask;

    /// <summary>Disposes the caches and what else the test used.</summary>
    /// <returns>A task that completes when all is disposed.</returns>
    public abstract ValueTask DisposeAsync();
}
