using Pipeline.Backends;

namespace Pipeline.State;

public sealed partial class StateTaskTracker
{
    // Until then, other processes may have been brought to the version that wrote it.
    private static readonly TimeSpan UnreadableAgainAfter = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public ValueTask<TrackedTaskReaping> ReapAsync(int limit = 100, CancellationToken cancellationToken = default)
    {
        if (limit is < 1 or > StateArguments.MaxPageLength)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"Give 1 to {StateArguments.MaxPageLength}, and call again while there is more.");
        }

        return ReapDueAsync(limit, cancellationToken);
    }

    private async ValueTask<TrackedTaskReaping> ReapDueAsync(int limit, CancellationToken cancellationToken)
    {
        var changed = new List<TrackedTask>();
        try
        {
            var hasMore = await ReapDueAsync(changed, limit, cancellationToken).ConfigureAwait(false);
            return new TrackedTaskReaping(changed, hasMore);
        }
        catch (BackendUnavailableException) when (changed.Count > 0)
        {
            // The caller has to know of those that wait again; the next call meets the rest, and the outage.
            return new TrackedTaskReaping(changed, HasMore: true);
        }
    }

    private async ValueTask<bool> ReapDueAsync(List<TrackedTask> changed, int limit, CancellationToken cancellationToken)
    {
        var now = await _updater.ReadClockAsync(cancellationToken).ConfigureAwait(false);
        string? after = null;
        do
        {
            // One more than is looked at, which tells whether there is more.
            var page = await _markers.ListAsync(after, Math.Min(limit + 1, StateArguments.MaxPageLength), cancellationToken).ConfigureAwait(false);
            foreach (var item in page.Items)
            {
                if (TaskMarkers.Parse(item.Key) is not { } marker)
                {
                    continue;
                }

                if (marker.Due > now)
                {
                    return false;
                }

                if (limit-- == 0)
                {
                    return true;
                }

                await LookAsync(item, marker, changed, cancellationToken).ConfigureAwait(false);
            }

            after = page.Next;
        }
        while (after is not null);

        return false;
    }

    private async ValueTask LookAsync(StateItem item, TaskMarker marker, List<TrackedTask> changed, CancellationToken cancellationToken)
    {
        try
        {
            if (await ReapAsync(marker, changed, cancellationToken).ConfigureAwait(false))
            {
                await _markers.DeleteAsync(item, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (StateContentionException)
        {
            // Whoever changes it so often is there; the marker stays for the next call.
        }
        catch (InvalidDataException exception)
        {
            Log.TaskUnreadable(_logger, exception);
            await PutOffAsync(item, marker, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes down what the time has done to a task, and has it looked at when more is due.</summary>
    /// <returns>Whether the marker that led here has done its part.</returns>
    private async ValueTask<bool> ReapAsync(TaskMarker marker, List<TrackedTask> changed, CancellationToken cancellationToken)
    {
        var (tenant, id) = (marker.Tenant, marker.TaskId);
        var key = StateKey.Of(_space, tenant, id);
        var found = await _updater.ChangeAsync(
            key,
            "task reaping",
            (entry, now) =>
            {
                if (entry is not { } standing)
                {
                    return new StateChangePlan<Reaped>(default);
                }

                var before = Read(standing);
                var after = TaskRules.Settle(before, now);
                return ReferenceEquals(before, after)
                    ? new(new Reaped(before, standing, now, IsChanged: false))
                    : Write(new Reaped(after, standing, now, IsChanged: true), tenant, id, after, now, isDueEarlier: !after.IsEnded);
            },
            cancellationToken).ConfigureAwait(false);
        if (found is { IsChanged: true, Task: { } task })
        {
            changed.Add(task.ToTask(tenant, id));
            return true;
        }

        return found.Task is not { IsEnded: false } || await MoveAsync(key, marker, found, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the marker of a task that is not due yet.</summary>
    private async ValueTask<bool> MoveAsync(StateKey key, TaskMarker marker, Reaped found, CancellationToken cancellationToken)
    {
        var (task, timeToLive) = (found.Task!, found.Task!.TimeToLive(found.Now));
        if (task.State == TrackedTaskState.Pending)
        {
            // A start may be under way whose marker this is. The new version sends it back to begin anew, marker and all.
            var touched = await _store.CompareAndSetAsync(key, found.Entry.Value, found.Entry.Version, timeToLive, cancellationToken).ConfigureAwait(false);
            if (!touched.Succeeded)
            {
                return false;
            }
        }

        await _markers.EnsureAsync(marker with { Due = task.DueAt }, timeToLive, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async ValueTask PutOffAsync(StateItem item, TaskMarker marker, CancellationToken cancellationToken)
    {
        var now = await _updater.ReadClockAsync(cancellationToken).ConfigureAwait(false);
        var rest = item.Entry.ExpiresAt - now;
        if (rest > UnreadableAgainAfter)
        {
            await _markers.EnsureAsync(marker with { Due = now + UnreadableAgainAfter }, rest.Value, cancellationToken).ConfigureAwait(false);
        }

        await _markers.DeleteAsync(item, cancellationToken).ConfigureAwait(false);
    }

    private readonly record struct Reaped(TaskRecord? Task, StateEntry Entry, DateTimeOffset Now, bool IsChanged);
}
