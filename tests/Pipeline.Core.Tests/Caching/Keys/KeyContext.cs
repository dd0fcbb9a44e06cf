using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Caching.Keys;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Question))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(Dictionary<string, int>))]
[JsonSerializable(typeof(RawText))]
[JsonSerializable(typeof(double))]
internal sealed partial class KeyContext : JsonSerializerContext;
