using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Admin;

/// <summary>The administration's JSON. What a request says beyond what is known is an error: a filter that is misspelt must not select everything.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(DeadLetterPageView))]
[JsonSerializable(typeof(DeadLetterSelection))]
[JsonSerializable(typeof(AffectedView))]
[JsonSerializable(typeof(ConfigurationDocument))]
[JsonSerializable(typeof(ImportView))]
[JsonSerializable(typeof(JsonDocument))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(KeyListView))]
[JsonSerializable(typeof(KeyOrder))]
[JsonSerializable(typeof(NewKeyView))]
[JsonSerializable(typeof(QueueView))]
[JsonSerializable(typeof(QueueListView))]
[JsonSerializable(typeof(SpendView))]
[JsonSerializable(typeof(VersionView))]
internal sealed partial class AdminJsonContext : JsonSerializerContext;
