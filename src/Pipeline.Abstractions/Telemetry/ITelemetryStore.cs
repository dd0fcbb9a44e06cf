using Pipeline.Backends;

namespace Pipeline.Telemetry;

/// <summary>Stores telemetry records: all that the author of a backend writes for telemetry.</summary>
/// <remarks>
/// <para>
/// The suite puts its own sink in front of each store, which bounds, batches, retries and counts; see <see cref="ITelemetrySink"/>. It writes
/// one batch at a time.
/// </para>
/// <para>
/// A store whose records can be read back serves <see cref="ITelemetryReader"/>, and one that can erase them <see cref="ITelemetryErasure"/>, both
/// through <see cref="ICapabilityProvider.GetCapability{TCapability}"/>. Implementations are thread safe.
/// </para>
/// </remarks>
public interface ITelemetryStore : ICapabilityProvider
{
    /// <summary>
    /// A short name for metrics, logs and folders, for instance <c>redis</c>: 1 to 64 lower-case letters, digits and hyphens. No two sinks of a
    /// suite have the same.
    /// </summary>
    string Name { get; }

    /// <summary>Writes records, each once: a record whose <see cref="TelemetryRecord.Id"/> is there already is left as it is, and is no error.</summary>
    /// <param name="records">
    /// Valid records, one or more; an id can occur twice, and is one record. The memory belongs to the caller, and holds them only until the call has ended.
    /// </param>
    /// <param name="cancellationToken">
    /// Gives up the write, which the caller repeats later. Heed it: no other batch is written until the call has ended.
    /// </param>
    /// <returns>A task that completes when every record is as durable as the backend makes it.</returns>
    /// <exception cref="TelemetryBatchRefusedException">
    /// A record of the batch is at fault, and the batch will never be taken as it is. Records that are not at fault may have been written. The
    /// caller writes the halves; a single record that is refused is dropped and counted.
    /// </exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The caller repeats the call until it does.</exception>
    /// <remarks>
    /// Whatever else is thrown, time-outs and cancellations apart, is tried three times and then taken as a refusal, so that an error which the store
    /// did not foresee neither blocks the records behind it nor drops many at once.
    /// </remarks>
    ValueTask WriteAsync(ReadOnlyMemory<TelemetryRecord> records, CancellationToken cancellationToken = default);
}
