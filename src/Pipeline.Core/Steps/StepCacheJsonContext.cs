using System.Text.Json.Serialization;

namespace Pipeline.Steps;

/// <summary>How the keys are written that hosts make themselves.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class StepCacheJsonContext : JsonSerializerContext;
