using System.Text;
using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

/// <summary>
/// The promises of <see cref="IStateStore"/>, a fact for each. The author of a backend derives a sealed class with a parameterless constructor that passes a
/// <see cref="StateTestStore"/>.
/// </summary>
/// <remarks>The facts are bounded by counts, never by time; their time limit only ends a call that hangs.</remarks>
[ConformanceSuiteFor(typeof(IStateStore))]
public abstract partial class StateStoreConformance : IAsyncLifetime
{
    private const int TimeLimit = 180_000;

    private readonly StateTestStore _store;
    private readonly string _run = Guid.NewGuid().ToString("N");

    /// <summary>Makes the suite for one backend.</summary>
    /// <param name="store">The backend. The suite disposes it.</param>
    protected StateStoreConformance(StateTestStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
    }

    private TimeSpan Tick => _store.Tick;

    /// <summary>A space that no other test uses.</summary>
    private string Space => $"space-{_run}";

    /// <summary>Prepares the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public virtual Task InitializeAsync() => _store.InitializeAsync().AsTask();

    /// <summary>Disposes the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store is disposed.</returns>
    public virtual Task DisposeAsync() => _store.DisposeAsync().AsTask();

    private StateKey Key(string key = "key") => new(Space, key);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(StateEntry entry) => Encoding.UTF8.GetString(entry.Value.Span);

    private static async Task<string?> ReadAsync(IStateStore store, StateKey key) => await store.GetAsync(key) is { } entry ? Text(entry) : null;

    /// <summary>Writes where there must be no entry, or the one that is named.</summary>
    private static async Task<long> WriteAsync(
        IStateStore store, StateKey key, string value = "value", long expectedVersion = StateEntry.NoVersion, TimeSpan? timeToLive = null)
    {
        var written = await store.CompareAndSetAsync(key, Bytes(value), expectedVersion, timeToLive);
        Assert.True(written.Succeeded, $"The write found version {written.Current?.Version} and not {expectedVersion}.");
        Assert.True(written.Version >= 1, "A version is below 1.");
        Assert.Null(written.Current);
        return written.Version;
    }

    private void AssertTime(DateTimeOffset expected, DateTimeOffset? actual)
    {
        Assert.NotNull(actual);
        Assert.InRange(actual.Value, expected - _store.ClockTolerance - TimeSpan.FromMilliseconds(1), expected + _store.ClockTolerance + TimeSpan.FromMilliseconds(1));
    }
}
