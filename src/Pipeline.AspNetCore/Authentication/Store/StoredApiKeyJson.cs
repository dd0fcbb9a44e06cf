using System.Text.Json.Serialization;

namespace Pipeline.Authentication;

/// <summary>How stored keys are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StoredApiKey))]
[JsonSerializable(typeof(StoredApiKeyName))]
internal sealed partial class StoredApiKeyJson : JsonSerializerContext;
