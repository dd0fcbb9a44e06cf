namespace Pipeline.Diagnostics;

/// <summary>What one check of a doctor's run found.</summary>
/// <param name="Name">The check's name.</param>
/// <param name="Result">What it found, or the error that stands in its place.</param>
/// <param name="Duration">How long it took.</param>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed record DoctorReportRow(string Name, DoctorResult Result, TimeSpan Duration);
