namespace Pipeline.State;

/// <summary>
/// A store's clock, as this process knows it: read from the store now and then, and by the monotonic clock in between, so that neither a process's wrong wall
/// clock matters nor each call costs another.
/// </summary>
/// <remarks>Right to within half a call's duration. Thread safe.</remarks>
internal sealed class StateClock(IStateStore store, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private Reading? _last;

    public ValueTask<DateTimeOffset> ReadAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _last) is { } last && time.GetElapsedTime(last.Timestamp) is var elapsed && elapsed < Interval)
        {
            return new(last.Time + elapsed);
        }

        return MeasureAsync(cancellationToken);
    }

    private async ValueTask<DateTimeOffset> MeasureAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        var told = await store.GetTimeAsync(cancellationToken).ConfigureAwait(false);
        var answered = time.GetTimestamp();

        // The store read its clock somewhere between: half way is off by half at most.
        var reading = new Reading(told + (time.GetElapsedTime(asked, answered) / 2), answered);
        Volatile.Write(ref _last, reading);
        return reading.Time;
    }

    private sealed record Reading(DateTimeOffset Time, long Timestamp);
}
