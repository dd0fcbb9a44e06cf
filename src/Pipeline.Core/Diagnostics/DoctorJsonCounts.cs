namespace Pipeline.Diagnostics;

/// <summary>How many checks there are by status, as it stands in JSON.</summary>
internal sealed record DoctorJsonCounts(int Ok, int Warning, int Error, int Skipped);
