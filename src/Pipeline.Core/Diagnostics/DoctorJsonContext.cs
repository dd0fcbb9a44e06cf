using System.Text.Json.Serialization;

namespace Pipeline.Diagnostics;

/// <summary>How a report is written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(DoctorJsonReport))]
internal sealed partial class DoctorJsonContext : JsonSerializerContext;
