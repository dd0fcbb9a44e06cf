namespace Pipeline.Telemetry;

/// <summary>A store refuses a batch of telemetry records for good: one of them, at least, is at fault, not the backend.</summary>
/// <remarks>Thrown by <see cref="ITelemetryStore.WriteAsync"/>. The message says why, without any value of a record.</remarks>
public sealed class TelemetryBatchRefusedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="reason">What is wrong, in a sentence, for instance <c>A record is longer than an item may be.</c></param>
    /// <param name="innerException">The client's own exception, or <see langword="null"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="reason"/> is null or empty.</exception>
    public TelemetryBatchRefusedException(string reason, Exception? innerException = null)
        : base(reason, innerException) => ArgumentException.ThrowIfNullOrEmpty(reason);
}
