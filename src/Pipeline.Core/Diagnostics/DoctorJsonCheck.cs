namespace Pipeline.Diagnostics;

/// <summary>One check as it stands in JSON.</summary>
internal sealed record DoctorJsonCheck(string Name, string Status, string Summary, string? Mend, decimal DurationSeconds);
