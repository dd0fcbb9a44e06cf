namespace Pipeline.Telemetry;

/// <summary>Where a record of a batch stands among the rows that were written out.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Day">The partition that the id is in.</param>
/// <param name="Start">Where its row begins.</param>
/// <param name="Length">How long the row is.</param>
internal readonly record struct TelemetryRow(Guid Id, int Day, int Start, int Length);
