namespace Pipeline.Telemetry;

/// <summary>A place among the records in the order of reading. What follows is earlier, or of the same time and a lesser id.</summary>
/// <param name="Time">The time, in microseconds since 1970.</param>
/// <param name="Id">The id of the last record that was read; null before the first.</param>
internal readonly record struct TelemetryPosition(long Time, Guid? Id);
