using System.Text.Json.Serialization;

namespace Pipeline.Caching.Keys;

[JsonSerializable(typeof(Loop))]
internal sealed partial class LoopContext : JsonSerializerContext;
