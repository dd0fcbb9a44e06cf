using Pipeline.Backends;

namespace Pipeline.Telemetry;

/// <summary>Takes one record a call: what it was, how long it took, what it used and what it cost.</summary>
/// <remarks>
/// <para>
/// A sink is bounded, by count and by bytes. It takes a record into memory at once, and writes it later, in batches and with retries. Each record is
/// written once: its <see cref="TelemetryRecord.Id"/> de-duplicates a repeated batch. A batch that the backend refuses is halved until
/// the record at fault is found; that record alone is dropped.
/// </para>
/// <para>
/// There are two lanes (<see cref="TelemetryLane"/>). For want of room no accounting record is dropped while a diagnostic one waits in the sink; the
/// one batch that is on its way to the backend waits no more. Every record that is lost is counted by lane and reason in
/// <see cref="GetStatistics"/>, so that losses are known to the last record.
/// </para>
/// <para>
/// A backend that is down costs neither the caller's time nor, beyond the bounds, memory. A sink whose records can be read back serves
/// <see cref="ITelemetryReader"/> through <see cref="ICapabilityProvider.GetCapability{TCapability}"/>, and one that can erase a tenant
/// <see cref="ITelemetryErasure"/>. A sink that buffers is <see cref="IAsyncDisposable"/>; disposal writes what is left within a bounded time and
/// counts what it could not write as <see cref="TelemetryDropReason.Closed"/>. A sink that is set up to spill keeps accounting records on disk until
/// they are written: they outlive the process, and the next sink of the same place writes them.
/// </para>
/// <para>Implementations are thread safe.</para>
/// </remarks>
public interface ITelemetrySink : ICapabilityProvider
{
    /// <summary>A short lower-case name for metrics and logs, for instance <c>memory</c> or <c>redis</c>.</summary>
    string Name { get; }

    /// <summary>Takes a record. Never waits for a backend, never throws and, while the lane has room, allocates nothing.</summary>
    /// <param name="record">The record. It is copied; what it refers to is immutable.</param>
    /// <returns>
    /// <see langword="true"/> if the record was taken: it will be written, or its loss counted. <see langword="false"/> if it was dropped
    /// here and now, which is counted as well: the caller has nothing to do.
    /// </returns>
    /// <remarks>
    /// A full accounting lane takes the room of diagnostic records, and of the disk where the sink is set up to spill, before it drops a record.
    /// A record that is not <see cref="TelemetryRecord.IsValid">valid</see> is dropped as <see cref="TelemetryDropReason.Invalid"/>.
    /// A sink that is set up to spill hands each accounting record to the operating system before it returns, which costs a write to a file.
    /// </remarks>
    bool TryEmit(in TelemetryRecord record);

    /// <summary>Waits until every record taken before this call is written, or dropped and counted.</summary>
    /// <param name="cancellationToken">
    /// Ends the wait; the records stay and are written later. While the backend is down only this ends it, so give a token with a deadline.
    /// </param>
    /// <returns>A task that completes when nothing taken before this call is pending, in memory or on disk.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled. Nothing else is thrown.</exception>
    ValueTask FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>Tells what became of all records since the sink was made.</summary>
    /// <returns>
    /// A snapshot. When no other call is under way, <c>Emitted + Recovered = Written + Pending + DroppedTotal</c> holds
    /// exactly.
    /// </returns>
    TelemetrySinkStatistics GetStatistics();
}
