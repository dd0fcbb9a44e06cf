using System.Text.Json.Serialization;
using Pipeline.Steps;

namespace Pipeline.Caching;

[JsonSerializable(typeof(Question))]
[JsonSerializable(typeof(Reply))]
internal sealed partial class SemanticContext : JsonSerializerContext;
