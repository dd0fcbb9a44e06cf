using System.Text;
using Pipeline.Queues;
using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

/// <summary>
/// The promises of <see cref="ITaskTracker"/>, a fact for each, on any state store: what stands on the store tells whether the store is sound. The author of a
/// backend derives a sealed class with a parameterless constructor that passes a <see cref="StateTestStore"/>, and how to make the tracker.
/// </summary>
/// <remarks>The facts are bounded by counts, never by time; their time limit only ends a call that hangs.</remarks>
[ConformanceSuiteFor(typeof(ITaskTracker))]
public abstract partial class TaskTrackerConformance : IAsyncLifetime
{
    private const int TimeLimit = 180_000;

    private static readonly TimeSpan ClockOffset = TimeSpan.FromMinutes(5);
    private static readonly MessageError Cause = new("Broken", "It went wrong.");

    private readonly StateTestStore _store;
    private readonly Func<IStateStore, TimeProvider, ITaskTracker> _open;
    private readonly string _run = Guid.NewGuid().ToString("N");

    /// <summary>Makes the suite for a tracker on one backend.</summary>
    /// <param name="store">The backend. The suite disposes it.</param>
    /// <param name="open">Makes a tracker on a store for a process with the given clock.</param>
    protected TaskTrackerConformance(StateTestStore store, Func<IStateStore, TimeProvider, ITaskTracker> open)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(open);
        (_store, _open) = (store, open);
    }

    private TimeSpan Tick => _store.Tick;

    /// <summary>A tenant that no other test has.</summary>
    private string Tenant => $"acme-{_run}";

    private string OtherTenant => $"umbrella-{_run}";

    private TrackedTaskOptions Options => new() { Timeout = Tick * 100, MaxAttempts = 3, Retention = Tick * 50 };

    /// <summary>A lease that does not run out by itself.</summary>
    private TimeSpan Long => Tick * 60;

    /// <summary>Prepares the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public virtual Task InitializeAsync() => _store.InitializeAsync().AsTask();

    /// <summary>Disposes the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store is disposed.</returns>
    public virtual Task DisposeAsync() => _store.DisposeAsync().AsTask();

    /// <summary>Opens the tracker as two processes would whose wall clocks are ten minutes apart.</summary>
    private async Task<(ITaskTracker First, ITaskTracker Second)> OpenAsync() =>
        (_open(await _store.OpenAsync(), new OffsetTimeProvider(_store.ClientTime, ClockOffset)),
            _open(await _store.OpenAsync(), new OffsetTimeProvider(_store.ClientTime, -ClockOffset)));

    private async Task<TrackedTask> CreateAsync(ITaskTracker tracker, string id = "task", TrackedTaskOptions? options = null)
    {
        var created = await tracker.CreateAsync(Tenant, id, options ?? Options);
        Assert.True(created.IsNew);
        return created.Task;
    }

    private async Task<TrackedTaskLease> StartAsync(ITaskTracker tracker, string id = "task", TimeSpan? lease = null)
    {
        var started = await tracker.StartAsync(Tenant, id, lease ?? Long);
        Assert.True(started.IsStarted, $"The task was not started: {started.Outcome}.");
        Assert.Equal((Tenant, id, lease ?? Long), (started.Lease!.Tenant, started.Lease.TaskId, started.Lease.Duration));
        Assert.Equal(TrackedTaskState.Processing, started.Task!.State);
        return started.Lease;
    }

    private async Task<TrackedTask> ReadAsync(ITaskTracker tracker, string id = "task")
    {
        var task = await tracker.GetAsync(Tenant, id);
        Assert.NotNull(task);
        return task;
    }

    private static TrackedTask AssertApplied(TrackedTaskResult result)
    {
        Assert.True(result.IsApplied, $"The change was not applied: {result.Outcome}.");
        return result.Task!;
    }

    /// <summary>Asserts that two readings show the same. The bytes of results are compared, not where they stand.</summary>
    private static void AssertSame(TrackedTask? expected, TrackedTask? actual)
    {
        Assert.Equal(expected is null ? null : expected with { Result = default }, actual is null ? null : actual with { Result = default });
        Assert.Equal(expected?.Result.ToArray(), actual?.Result.ToArray());
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    /// <summary>What a reaper did to the tasks of this test. On a shared server, others' tasks may be due, too.</summary>
    private async Task<IReadOnlyList<TrackedTask>> ReapAsync(ITaskTracker tracker) =>
        [.. (await tracker.ReapAsync(1_000)).Changed.Where(task => task.Tenant == Tenant || task.Tenant == OtherTenant)];

    private void AssertTime(DateTimeOffset expected, DateTimeOffset? actual)
    {
        Assert.NotNull(actual);
        Assert.InRange(actual.Value, expected - _store.ClockTolerance, expected + _store.ClockTolerance);
    }
}
