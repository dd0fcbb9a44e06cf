using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Backends;
using Pipeline.Queues;
using Polly;
using Polly.Retry;

namespace Pipeline.State;

/// <summary>Long-running tasks in a state store.</summary>
/// <remarks>
/// An entry a task, and one or a few small ones that tell the reaper when to look at it; all vanish by themselves, at the latest when the task's time and its retention are
/// over. A read is one call of the store, a change two, creating and starting three; the store's clock is read every ten seconds. Registered by <c>AddPipeline()</c> over
/// whatever plays the role of <see cref="IStateStore"/>. Thread safe.
/// </remarks>
public sealed partial class StateTaskTracker : ITaskTracker
{
    /// <summary>The space of the tasks, without the name of a suite: <c>tasks</c>. What is due stands in a space of this name and <c>.due</c>.</summary>
    public const string DefaultSpace = "tasks";

    private readonly IStateStore _store;
    private readonly StateUpdater _updater;
    private readonly TaskMarkers _markers;
    private readonly ResiliencePipeline _untilItAnswers;
    private readonly ILogger _logger;
    private readonly string _space;

    /// <summary>Keeps tasks in a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="timeProvider">The process's clock, by which the store's is followed; <see langword="null"/> for the system's.</param>
    /// <param name="logger">Is told of tasks that cannot be read; <see langword="null"/> for none.</param>
    /// <param name="space">The space of the tasks, of which nothing else makes use.</param>
    /// <exception cref="ArgumentException"><paramref name="space"/>, with <c>.due</c> after it, is not a name (<see cref="StoredName"/>).</exception>
    public StateTaskTracker(
        IStateStore store, TimeProvider? timeProvider = null, ILogger<StateTaskTracker>? logger = null, string space = DefaultSpace)
    {
        ArgumentNullException.ThrowIfNull(store);
        StoredName.ThrowIfInvalid(space);
        var due = $"{space}.due";
        StoredName.ThrowIfInvalid(due, nameof(space));
        var time = timeProvider ?? TimeProvider.System;
        _store = store;
        _space = space;
        _logger = logger ?? NullLogger<StateTaskTracker>.Instance;
        _updater = new StateUpdater(store, time);
        _markers = new TaskMarkers(store, due);
        _untilItAnswers = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<BackendUnavailableException>(),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                MaxRetryAttempts = int.MaxValue,
                Delay = TimeSpan.FromMilliseconds(100),
                MaxDelay = TimeSpan.FromSeconds(5),
            })
            .Build();
    }

    /// <inheritdoc/>
    public ValueTask<TrackedTaskCreation> CreateAsync(
        string tenant, string id, TrackedTaskOptions? options = null, CancellationToken cancellationToken = default)
    {
        var key = KeyOf(tenant, id);
        var (chosen, instance) = (options ?? new TrackedTaskOptions(), Guid.NewGuid());
        return _updater.ChangeAsync(
            key,
            "task creation",
            (entry, now) =>
            {
                if (entry is { } found)
                {
                    var standing = Read(found);
                    return new StateChangePlan<TrackedTaskCreation>(
                        new(TaskRules.Settle(standing, now).ToTask(tenant, id), IsNew: standing.Instance == instance));
                }

                var task = TaskRules.Create(chosen, instance, now);
                return Write(new TrackedTaskCreation(task.ToTask(tenant, id), IsNew: true), tenant, id, task, now, isDueEarlier: true);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<TrackedTask?> GetAsync(string tenant, string id, CancellationToken cancellationToken = default)
    {
        var key = KeyOf(tenant, id);
        return (await ReadAsync(key, tenant, id, cancellationToken).ConfigureAwait(false)).Task;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<TrackedTask> WatchAsync(string tenant, string id, CancellationToken cancellationToken = default) =>
        WatchAsync(KeyOf(tenant, id), tenant, id, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<TrackedTaskStart> StartAsync(string tenant, string id, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        var key = KeyOf(tenant, id);
        StateArguments.CheckLease(lease);
        var owner = Guid.NewGuid();
        return _updater.ChangeAsync(
            key,
            "task start",
            (entry, now) =>
            {
                if (entry is not { } found)
                {
                    return new StateChangePlan<TrackedTaskStart>(new(TrackedTaskOutcome.NotFound, Task: null, Lease: null));
                }

                var before = TaskRules.Settle(Read(found), now);
                var (outcome, after) = TaskRules.Start(before, owner, lease, now);
                var attempt = outcome == TrackedTaskOutcome.Applied ? new TrackedTaskLease(tenant, id, after.Token, owner, lease) : null;
                var answer = new TrackedTaskStart(outcome, after.ToTask(tenant, id), attempt);
                return ReferenceEquals(before, after)
                    ? new(answer)
                    : Write(answer, tenant, id, after, now, isDueEarlier: true);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<TrackedTaskResult> RenewAsync(
        TrackedTaskLease lease, TrackedTaskProgress? progress = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(lease, "task renewal", (task, now) => TaskRules.Renew(task, lease, progress, now), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<TrackedTaskResult> CompleteAsync(
        TrackedTaskLease lease, ReadOnlyMemory<byte> result, CancellationToken cancellationToken = default)
    {
        if (result.Length > TrackedTask.MaxResultBytes)
        {
            throw new ArgumentException(
                $"The result has {result.Length} bytes. Give at most {TrackedTask.MaxResultBytes}, and store what is larger elsewhere.", nameof(result));
        }

        return ChangeAsync(lease, "task completion", (task, now) => TaskRules.Complete(task, lease, result, now), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<TrackedTaskResult> FailAsync(TrackedTaskLease lease, MessageError cause, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cause);
        return ChangeAsync(lease, "task failure", (task, now) => TaskRules.Fail(task, lease, cause, now), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<TrackedTaskResult> ReleaseAsync(
        TrackedTaskLease lease, MessageError? cause = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(lease, "task release", (task, now) => TaskRules.Release(task, lease, cause, now), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<TrackedTaskResult> CancelAsync(string tenant, string id, CancellationToken cancellationToken = default)
    {
        _ = KeyOf(tenant, id);
        return ChangeAsync(tenant, id, "task cancellation", TaskRules.Cancel, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<TrackedTaskResult> ConfirmCancellationAsync(TrackedTaskLease lease, CancellationToken cancellationToken = default) =>
        ChangeAsync(lease, "task cancellation", (task, now) => TaskRules.ConfirmCancellation(task, lease, now), cancellationToken);

    private static TaskRecord Read(StateEntry entry) => StoredStateFormat.Read(entry.Value, StoredStateJson.Default.TaskRecord, "A task");

    private ValueTask<TrackedTaskResult> ChangeAsync(
        TrackedTaskLease lease,
        string operation,
        Func<TaskRecord, DateTimeOffset, (TrackedTaskOutcome Outcome, TaskRecord Task)> rule,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return ChangeAsync(lease.Tenant, lease.TaskId, operation, rule, cancellationToken);
    }

    private ValueTask<TrackedTaskResult> ChangeAsync(
        string tenant,
        string id,
        string operation,
        Func<TaskRecord, DateTimeOffset, (TrackedTaskOutcome Outcome, TaskRecord Task)> rule,
        CancellationToken cancellationToken) => _updater.ChangeAsync(
            KeyOf(tenant, id),
            operation,
            (entry, now) =>
            {
                if (entry is not { } found)
                {
                    return new StateChangePlan<TrackedTaskResult>(new(TrackedTaskOutcome.NotFound, Task: null));
                }

                var before = TaskRules.Settle(Read(found), now);
                var (outcome, after) = rule(before, now);
                var answer = new TrackedTaskResult(outcome, after.ToTask(tenant, id));
                return ReferenceEquals(before, after)
                    ? new(answer)
                    : Write(answer, tenant, id, after, now, isDueEarlier: false);
            },
            cancellationToken);

    private StateChangePlan<TAnswer> Write<TAnswer>(
        TAnswer answer, string tenant, string id, TaskRecord task, DateTimeOffset now, bool isDueEarlier)
    {
        var timeToLive = task.TimeToLive(now);
        return new(
            answer,
            StoredStateFormat.Write(task, StoredStateJson.Default.TaskRecord),
            timeToLive,
            isDueEarlier ? token => _markers.EnsureAsync(new TaskMarker(task.DueAt, tenant, id), timeToLive, token) : null);
    }

    private async ValueTask<(TrackedTask? Task, long Version)> ReadAsync(StateKey key, string tenant, string id, CancellationToken cancellationToken)
    {
        if (await _store.GetAsync(key, cancellationToken).ConfigureAwait(false) is not { } entry)
        {
            return default;
        }

        var now = await _updater.ReadClockAsync(cancellationToken).ConfigureAwait(false);
        return (TaskRules.Settle(Read(entry), now).ToTask(tenant, id), entry.Version);
    }

    private async IAsyncEnumerable<TrackedTask> WatchAsync(
        StateKey key, string tenant, string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var shown = StateEntry.NoVersion;
        await foreach (var change in _store.WatchAsync(_space, key.Key, cancellationToken).ConfigureAwait(false))
        {
            // Others' keys can begin with this one.
            if (change.Key is { } other && other != key)
            {
                continue;
            }

            var (task, version) = await _untilItAnswers
                .ExecuteAsync(token => ReadAsync(key, tenant, id, token), cancellationToken)
                .ConfigureAwait(false);
            if (task is null)
            {
                yield break;
            }

            // One whose time is over has ended before the reaper writes it down.
            if (version != shown || task.IsEnded)
            {
                shown = version;
                yield return task;
            }

            if (task.IsEnded)
            {
                yield break;
            }
        }
    }

    private StateKey KeyOf(string tenant, string id)
    {
        StateArguments.CheckTenantName(tenant, id);
        return StateKey.Of(_space, tenant, id);
    }
}
