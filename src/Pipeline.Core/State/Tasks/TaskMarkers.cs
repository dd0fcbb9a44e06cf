using System.Globalization;

namespace Pipeline.State;

/// <summary>
/// Entries that say when to look at a task, in the order of the times, so that the reaper reads what is due and nothing else. One may be too early, or of a
/// task that has ended: whoever looks then puts it right. A task that is not ended always has one that is not too late.
/// </summary>
/// <remarks>
/// A marker is made before its task is written. One that is too early is replaced first and deleted after, and only if nobody has made it anew meanwhile, which
/// changes its version.
/// </remarks>
internal sealed class TaskMarkers(IStateStore store, string space)
{
    private const int MaxAttempts = StateUpdater.MaxAttempts;

    // Milliseconds from 1970 to the year 9999 have 15 digits, and numbers with equally many digits have the order of their texts.
    private const string DueFormat = "D15";

    /// <summary>Makes sure that a task is looked at, at a time.</summary>
    /// <exception cref="StateContentionException">The marker was changed by others all the while.</exception>
    public async ValueTask EnsureAsync(TaskMarker marker, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var key = KeyOf(marker);
        var version = StateEntry.NoVersion;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var written = await store.CompareAndSetAsync(key, default, version, timeToLive, cancellationToken).ConfigureAwait(false);
            if (written.Succeeded)
            {
                return;
            }

            version = written.Current?.Version ?? StateEntry.NoVersion;
        }

        throw new StateContentionException("task marker", MaxAttempts);
    }

    /// <summary>Reads a page of markers, the earliest first.</summary>
    public ValueTask<StatePage> ListAsync(string? after, int limit, CancellationToken cancellationToken) =>
        store.ListAsync(space, "", after, limit, cancellationToken);

    public ValueTask<bool> DeleteAsync(StateItem found, CancellationToken cancellationToken) =>
        store.DeleteAsync(found.Key, found.Entry.Version, cancellationToken);

    /// <summary>Reads a marker; <see langword="null"/> for an entry that is none.</summary>
    public static TaskMarker? Parse(StateKey key) =>
        key.GetParts() is [var due, var tenant, var id]
        && long.TryParse(due, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
        && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? new TaskMarker(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), tenant, id)
            : null;

    // Rounded up, so that a marker that is due has a task that is.
    private StateKey KeyOf(TaskMarker marker)
    {
        var milliseconds = (marker.Due - DateTimeOffset.UnixEpoch + TimeSpan.FromTicks(TimeSpan.TicksPerMillisecond - 1)).Ticks / TimeSpan.TicksPerMillisecond;
        return StateKey.Of(space, Math.Max(0, milliseconds).ToString(DueFormat, CultureInfo.InvariantCulture), marker.Tenant, marker.TaskId);
    }
}
