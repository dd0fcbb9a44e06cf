namespace Pipeline.Http;

/// <summary>What one round of load measured.</summary>
/// <param name="RequestsPerSecond">Requests that were answered with a success, a second.</param>
/// <param name="P99Milliseconds">The time within which 99 of 100 were answered.</param>
/// <param name="BytesPerRequest">What the server allocated for one.</param>
/// <param name="ProcessorMicroseconds">The processor time that the server took for one, which hardly depends on what else the machine does.</param>
internal readonly record struct LoadResult(double RequestsPerSecond, double P99Milliseconds, double BytesPerRequest, double ProcessorMicroseconds);
