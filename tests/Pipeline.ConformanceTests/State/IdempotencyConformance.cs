using System.Text;
using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

/// <summary>
/// The promises of <see cref="IIdempotencyStore"/>, a fact for each, on any state store: what stands on the store tells whether the store is sound. The author of a
/// backend derives a sealed class with a parameterless constructor that passes a <see cref="StateTestStore"/>, and how to make the keys on it.
/// </summary>
/// <remarks>The facts are bounded by counts, never by time; their time limit only ends a call that hangs.</remarks>
[ConformanceSuiteFor(typeof(IIdempotencyStore))]
public abstract partial class IdempotencyConformance : IAsyncLifetime
{
    private const int TimeLimit = 180_000;

    private static readonly TimeSpan ClockOffset = TimeSpan.FromMinutes(5);

    private readonly StateTestStore _store;
    private readonly Func<IStateStore, TimeProvider, IIdempotencyStore> _open;
    private readonly string _run = Guid.NewGuid().ToString("N");

    /// <summary>Makes the suite for idempotency keys on one backend.</summary>
    /// <param name="store">The backend. The suite disposes it.</param>
    /// <param name="open">Makes the keys on a store for a process with the given clock.</param>
    protected IdempotencyConformance(StateTestStore store, Func<IStateStore, TimeProvider, IIdempotencyStore> open)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(open);
        (_store, _open) = (store, open);
    }

    private TimeSpan Tick => _store.Tick;

    /// <summary>A tenant that no other test has.</summary>
    private string Tenant => $"acme-{_run}";

    /// <summary>Prepares the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public virtual Task InitializeAsync() => _store.InitializeAsync().AsTask();

    /// <summary>Disposes the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store is disposed.</returns>
    public virtual Task DisposeAsync() => _store.DisposeAsync().AsTask();

    /// <summary>Opens the keys as two processes would whose wall clocks are ten minutes apart.</summary>
    private async Task<(IIdempotencyStore First, IIdempotencyStore Second)> OpenAsync() =>
        (_open(await _store.OpenAsync(), new OffsetTimeProvider(_store.ClientTime, ClockOffset)),
            _open(await _store.OpenAsync(), new OffsetTimeProvider(_store.ClientTime, -ClockOffset)));

    private IdempotencyRequest Request(string key = "key", string fingerprint = "fingerprint", string? tenant = null) =>
        new(tenant ?? Tenant, key, fingerprint) { Lease = Tick * 4, TimeToLive = Tick * 20 };

    private static async Task<IdempotencyLease> BeginAsync(IIdempotencyStore keys, IdempotencyRequest request)
    {
        var start = await keys.BeginAsync(request);
        Assert.Equal(IdempotencyStatus.Started, start.Status);
        Assert.Equal(request, start.Lease!.Request);
        Assert.True(start.Response.IsEmpty);
        Assert.Equal(TimeSpan.Zero, start.RetryAfter);
        return start.Lease;
    }

    private static async Task AssertStatusAsync(IdempotencyStatus expected, IIdempotencyStore keys, IdempotencyRequest request) =>
        Assert.Equal(expected, (await keys.BeginAsync(request)).Status);

    private static async Task AssertCompletedAsync(string expected, IIdempotencyStore keys, IdempotencyRequest request)
    {
        var start = await keys.BeginAsync(request);
        Assert.Equal((IdempotencyStatus.Completed, expected), (start.Status, Encoding.UTF8.GetString(start.Response.Span)));
        Assert.Null(start.Lease);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
