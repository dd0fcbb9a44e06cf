using Pipeline.Backends;
using Pipeline.Queues;

namespace Pipeline.State;

/// <summary>
/// Keeps account of long-running tasks for all processes: who asked can see how far a task is, cancel it and get its result, whichever process runs it.
/// </summary>
/// <remarks>
/// <para>
/// A task is pending, then processing, then completed, failed, cancelled or timed out; a lost attempt is pending again until its attempts are used up. A change
/// that the state does not allow is refused, and the answer shows the task as it is. Changes of one task have one order, which all see alike: of a
/// completion and a cancellation at the same time, one takes place, and both callers are told which.
/// </para>
/// <para>
/// The tracker runs nothing. A worker that learns of a task, from a queue for instance, starts it, and then holds it by a lease, which it renews while it works. An attempt
/// whose lease or time has run out is over: each attempt has a token of its own, and what a former one says is refused. All reads and changes go by what the
/// time has done up to then, whether <see cref="ReapAsync"/> has written it down or not.
/// </para>
/// <para>
/// Every task has a time to end in, so none stays for ever. Another tenant's task is not found, on any path. The backend's clock decides. Implementations are
/// thread safe.
/// </para>
/// <para>
/// All calls may throw <see cref="BackendUnavailableException"/> (the change may have taken place; the call may be repeated),
/// <see cref="StateContentionException"/> (it has not; the call may be repeated), <see cref="InvalidDataException"/> (the task was written by a later
/// version of the suite, or is damaged), and <see cref="ArgumentException"/> for a tenant or an id that is no name (<see cref="StoredName"/>), or where both
/// take more than 480 bytes together.
/// </para>
/// </remarks>
public interface ITaskTracker
{
    /// <summary>Creates a task, unless it is there.</summary>
    /// <param name="tenant">The tenant whose task it is.</param>
    /// <param name="id">The task's id, unique within its tenant.</param>
    /// <param name="options">Its times and attempts; <see langword="null"/> for the defaults. A task that is there keeps its own.</param>
    /// <param name="cancellationToken">Gives up the call; the task is then created or is not.</param>
    /// <returns>The task, new or as it is.</returns>
    ValueTask<TrackedTaskCreation> CreateAsync(
        string tenant, string id, TrackedTaskOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Reads a task.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The task's id.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>The task, or <see langword="null"/> where the tenant has none of this id, or has it no longer.</returns>
    ValueTask<TrackedTask?> GetAsync(string tenant, string id, CancellationToken cancellationToken = default);

    /// <summary>Follows a task: as it is now, and after each change, until it has ended.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The task's id.</param>
    /// <param name="cancellationToken">Ends the watch, by an <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// The task as it was read each time. Several changes may show as one, but the last always shows. The sequence ends after the final state, and where
    /// there is no such task, or it vanishes.
    /// </returns>
    /// <remarks>
    /// A change shows within a second, from whichever process it comes. What only the time did (a time-out, a lost attempt) shows once it was reaped. An
    /// unreachable backend ends no watch.
    /// </remarks>
    IAsyncEnumerable<TrackedTask> WatchAsync(string tenant, string id, CancellationToken cancellationToken = default);

    /// <summary>Begins an attempt at a pending task. Of several callers, one gets it.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The task's id.</param>
    /// <param name="lease">After which time the attempt is lost unless it is renewed: 100 milliseconds to 12 hours.</param>
    /// <param name="cancellationToken">Gives up the call. The task may then be started: the lease runs out.</param>
    /// <returns>The attempt; else <c>NotFound</c>, <c>Held</c> or <c>Ended</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lease"/> is out of range.</exception>
    ValueTask<TrackedTaskStart> StartAsync(string tenant, string id, TimeSpan lease, CancellationToken cancellationToken = default);

    /// <summary>Makes a lease last its whole duration again, and says how far the attempt is. Its answer tells whether to stop.</summary>
    /// <param name="lease">The attempt.</param>
    /// <param name="progress">
    /// How much is done; <see langword="null"/> leaves what was said. A smaller fraction than before leaves the fraction and takes the message.
    /// </param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>
    /// The task, where <see cref="TrackedTask.IsCancellationRequested"/> asks the worker to stop and call <see cref="ConfirmCancellationAsync"/>; else <c>NotFound</c>,
    /// <c>LeaseLost</c> or <c>Ended</c>, where it had better stop, too.
    /// </returns>
    ValueTask<TrackedTaskResult> RenewAsync(
        TrackedTaskLease lease, TrackedTaskProgress? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Ends a task with its result, also one that is asked to be cancelled: what is done is done.</summary>
    /// <param name="lease">The attempt.</param>
    /// <param name="result">The result, at most <see cref="TrackedTask.MaxResultBytes"/>. It is not read after the call has completed.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>The task; else <c>NotFound</c>, <c>LeaseLost</c> or <c>Ended</c>.</returns>
    /// <exception cref="ArgumentException"><paramref name="result"/> is too long.</exception>
    ValueTask<TrackedTaskResult> CompleteAsync(
        TrackedTaskLease lease, ReadOnlyMemory<byte> result, CancellationToken cancellationToken = default);

    /// <summary>Ends a task as failed, for good. What may be tried again is given back with <see cref="ReleaseAsync"/>.</summary>
    /// <param name="lease">The attempt.</param>
    /// <param name="cause">Why.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>The task; else <c>NotFound</c>, <c>LeaseLost</c> or <c>Ended</c>.</returns>
    ValueTask<TrackedTaskResult> FailAsync(TrackedTaskLease lease, MessageError cause, CancellationToken cancellationToken = default);

    /// <summary>Gives an attempt up: the task is pending again.</summary>
    /// <param name="lease">The attempt.</param>
    /// <param name="cause">
    /// Why it failed: the attempt counts, and if it was the last the task has failed. <see langword="null"/> where the task is not at fault, because its worker
    /// shuts down for instance: the attempt does not count.
    /// </param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>
    /// The task, pending or failed, or cancelled where that was asked for; else <c>NotFound</c>, <c>LeaseLost</c> or <c>Ended</c>.
    /// </returns>
    ValueTask<TrackedTaskResult> ReleaseAsync(
        TrackedTaskLease lease, MessageError? cause = null, CancellationToken cancellationToken = default);

    /// <summary>Asks to cancel a task. A pending one is cancelled at once; of one that is processed, the worker is told at its next renewal.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The task's id.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>
    /// The task, cancelled or asked to be, by this call or before; else <c>NotFound</c> or <c>Ended</c>. A task that is asked to be cancelled still ends as its worker says;
    /// if its attempt is lost or given up, it is cancelled.
    /// </returns>
    ValueTask<TrackedTaskResult> CancelAsync(string tenant, string id, CancellationToken cancellationToken = default);

    /// <summary>Ends a task as cancelled, because the worker has stopped as it was asked to.</summary>
    /// <param name="lease">The attempt.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>The task; else <c>NotFound</c>, <c>LeaseLost</c>, <c>Ended</c>, or <c>NotRequested</c>.</returns>
    ValueTask<TrackedTaskResult> ConfirmCancellationAsync(TrackedTaskLease lease, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes down what the time has done: a lost attempt is pending again or has failed, a task whose time is over has timed out. To be called every few
    /// seconds by one process or by several at once; it serves all tenants.
    /// </summary>
    /// <param name="limit">How many due tasks to look at, 1 to 1,000.</param>
    /// <param name="cancellationToken">Gives up the call. What it has done stays done.</param>
    /// <returns>What this call changed; what another does at the same time is in the other's answer.</returns>
    /// <remarks>A task that cannot be read is passed over and logged. The cost is that of the tasks that are due, not of all that there are.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is out of range.</exception>
    ValueTask<TrackedTaskReaping> ReapAsync(int limit = 100, CancellationToken cancellationToken = default);
}
