using System.Buffers;
using System.Text;
using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

/// <summary>
/// The promises of <see cref="ICacheBackend"/>, <see cref="ICacheInvalidationFeed"/> and <see cref="ICacheFillLeases"/>, a fact for each.
/// The author of a backend derives a sealed class with a parameterless constructor that passes a <see cref="CacheTestStore"/>.
/// </summary>
/// <remarks>The facts are bounded by counts, never by time; their time limit only ends a call that hangs.</remarks>
[ConformanceSuiteFor(typeof(ICacheBackend))]
public abstract partial class CacheConformance : IAsyncLifetime
{
    private const int TimeLimit = 180_000;

    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(90);

    private static readonly CacheEntryOptions Lasting = new() { FreshFor = TimeSpan.FromDays(1) };

    private readonly CacheTestStore _store;
    private readonly string _run = Guid.NewGuid().ToString("N");

    /// <summary>Makes the suite for one backend.</summary>
    /// <param name="store">The backend. The suite disposes it.</param>
    protected CacheConformance(CacheTestStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
    }

    private TimeSpan Tick => _store.Tick;

    /// <summary>The least time that the facts can tell apart.</summary>
    private TimeSpan Step => IsExact ? TimeSpan.FromMilliseconds(1) : Tick;

    private bool IsExact => _store.ClockTolerance == TimeSpan.Zero;

    /// <summary>Prepares the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public virtual Task InitializeAsync() => _store.InitializeAsync().AsTask();

    /// <summary>Disposes the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store is disposed.</returns>
    public virtual Task DisposeAsync() => _store.DisposeAsync().AsTask();

    private static Task SetAsync(ICacheBackend cache, string key, string text, CacheEntryOptions? options = null) =>
        cache.SetAsync(key, ValueBytes.Of(text), options ?? Lasting).AsTask();

    private static Task<bool> TryAddAsync(ICacheBackend cache, string key, string text, CacheEntryOptions? options = null) =>
        cache.TryAddAsync(key, ValueBytes.Of(text), options ?? Lasting).AsTask();

    private static Task SetManyAsync(ICacheBackend cache, params CacheEntry[] entries) => cache.SetManyAsync(entries).AsTask();

    private static CacheEntry Entry(string key, string text, CacheEntryOptions? options = null) => new(key, ValueBytes.Of(text), options ?? Lasting);

    /// <summary>Reads an entry, and makes sure that the result and what was written fit together.</summary>
    private static async Task<(CacheReadResult Result, string? Text)> GetAsync(
        ICacheBackend cache, string key, CacheReadOptions options = CacheReadOptions.None)
    {
        var destination = new StrictBufferWriter();
        var result = await cache.TryGetAsync(key, destination, options);
        var written = destination.Freeze();
        Assert.Equal(result.Length, written.Length);
        AssertCoherent(result, options);
        return (result, result.IsFound ? Encoding.UTF8.GetString(written.Span) : null);
    }

    /// <summary>The text under a key, or <see langword="null"/> if nothing is returned.</summary>
    private static async Task<string?> ReadAsync(ICacheBackend cache, string key, CacheReadOptions options = CacheReadOptions.None) =>
        (await GetAsync(cache, key, options)).Text;

    private static Task<string?> ReadStaleAsync(ICacheBackend cache, string key) => ReadAsync(cache, key, CacheReadOptions.AllowStale);

    /// <summary>The status of an entry to a reader that allows stale.</summary>
    private static async Task<CacheReadStatus> StatusAsync(ICacheBackend cache, string key) =>
        (await GetAsync(cache, key, CacheReadOptions.AllowStale)).Result.Status;

    /// <summary>Reads several entries.</summary>
    private static async Task<(IReadOnlyList<CacheReadResult> Results, IReadOnlyList<string?> Texts)> GetManyAsync(
        ICacheBackend cache, string[] keys, CacheReadOptions options = CacheReadOptions.None)
    {
        var destination = new StrictBufferWriter();
        var results = new CacheReadResult[keys.Length];
        await cache.GetManyAsync(keys, destination, results, options);
        var written = destination.Freeze();
        Assert.Equal(results.Sum(result => result.Length), written.Length);
        var texts = new string?[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            AssertCoherent(results[i], options);
            texts[i] = results[i].IsFound ? Encoding.UTF8.GetString(written[..results[i].Length].Span) : null;
            written = written[results[i].Length..];
        }

        return (results, texts);
    }

    private static void AssertCoherent(CacheReadResult result, CacheReadOptions options)
    {
        if (!result.IsFound)
        {
            Assert.Equal((0, TagGenerations.None), (result.Length, result.Tags));
            return;
        }

        Assert.True(result.IsFresh || options.HasFlag(CacheReadOptions.AllowStale), "A stale entry was returned to a reader that did not allow one.");
        Assert.Equal(result.ReadAt < result.FreshUntil, result.IsFresh);
        Assert.True(result.ReadAt < result.KeepUntil, $"The entry was returned at {result.ReadAt:O}, though kept only until {result.KeepUntil:O}.");
        Assert.True(result.FreshUntil <= result.KeepUntil, $"The entry is fresh until {result.FreshUntil:O}, after {result.KeepUntil:O}.");
    }

    private static async Task<TagGenerations> GenerationsAsync(ICacheBackend cache, params string[] tags) => await cache.ReadGenerationsAsync(tags);

    private static async Task<long> GenerationAsync(ICacheBackend cache, string tag) =>
        Assert.Single<TagGeneration>(await GenerationsAsync(cache, tag)).Generation;

    /// <summary>Stores an entry as a proper caller does: the generations are read first.</summary>
    private static async Task SetTaggedAsync(ICacheBackend cache, string key, string text, params string[] tags) =>
        await SetAsync(cache, key, text, Lasting with { Tags = await GenerationsAsync(cache, tags) });

    /// <summary>Runs several at once, on threads of the pool.</summary>
    private static Task<T[]> AtOnceAsync<T>(int count, Func<int, Task<T>> act) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(number => Task.Run(() => act(number)))).WaitAsync(HangLimit);

    private static Task AtOnceAsync(params Func<Task>[] acts) => Task.WhenAll(acts.Select(Task.Run)).WaitAsync(HangLimit);

    /// <summary>
    /// Lets two do the same to one key after another, each time at the very same moment. Each has a thread of its own: calls that complete at
    /// once would keep the few threads of the pool to themselves, and the other would come later.
    /// </summary>
    /// <returns>The results of both, in the order of the keys.</returns>
    private static Task<T[][]> RaceAsync<T>(string[] keys, Func<int, string, Task<T>> act)
    {
        var arrived = 0;
        return Task.WhenAll(Enumerable.Range(0, 2).Select(number =>
            Task.Factory.StartNew(() => RunAsync(number), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()))
            .WaitAsync(HangLimit);

        async Task<T[]> RunAsync(int number)
        {
            var results = new T[keys.Length];
            for (var i = 0; i < keys.Length; i++)
            {
                Interlocked.Increment(ref arrived);
                for (var spins = 0; Volatile.Read(ref arrived) < 2 * (i + 1); spins++)
                {
                    // Long enough to be running still when the other comes, on a machine with much else to do.
                    Thread.SpinWait(20);
                    _ = spins % 5_000 == 4_999 && Thread.Yield();
                }

                try
                {
                    results[i] = await act(number, keys[i]);
                }
                catch
                {
                    // The other must not wait for what does not come.
                    Interlocked.Add(ref arrived, 2 * keys.Length);
                    throw;
                }
            }

            return results;
        }
    }

    /// <summary>A key or tag that no other test has.</summary>
    private string Name(string name) => $"{name}-{_run}";

    /// <summary>The keys of a race: few enough for a machine where two threads seldom run at once.</summary>
    private string[] RaceKeys() => [.. Enumerable.Range(0, Math.Min(_store.Repetitions, 400)).Select(i => Name($"{i}"))];

    private Task<ICacheBackend> OpenAsync() => _store.OpenAsync().AsTask();

    /// <summary>Opens the cache as two processes would; one instance twice where the backend cannot be shared.</summary>
    private async Task<(ICacheBackend First, ICacheBackend Second)> OpenTwiceAsync() => (await _store.OpenAsync(), await _store.OpenAsync());

    private Task AdvanceAsync(TimeSpan time) => _store.AdvanceAsync(time).AsTask();

    /// <summary>Moves on until just before the end of what begins now and lasts so long, two ticks or more.</summary>
    private Task AdvanceToJustBeforeAsync(TimeSpan time) => AdvanceAsync(time - Step);

    /// <summary>Moves on from just before the end of something to its very end.</summary>
    private Task AdvanceToEndAsync() => AdvanceAsync(Step);

    private void AssertTime(DateTimeOffset expected, DateTimeOffset actual) =>
        Assert.InRange(actual, expected - _store.ClockTolerance, expected + _store.ClockTolerance);

    private void AssertDuration(TimeSpan expected, TimeSpan actual) =>
        Assert.InRange(actual, expected - _store.ClockTolerance, expected + _store.ClockTolerance);
}
