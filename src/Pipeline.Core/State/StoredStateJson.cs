using System.Text.Json.Serialization;

namespace Pipeline.State;

/// <summary>How stored values of this room are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TaskRecord))]
[JsonSerializable(typeof(IdempotencyRecord))]
internal sealed partial class StoredStateJson : JsonSerializerContext;
