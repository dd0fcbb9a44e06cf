using System.Text.Json.Serialization;

namespace Pipeline.DependencyInjection;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Person))]
internal sealed partial class SnakeCaseContext : JsonSerializerContext;
