using System.Text.Json.Serialization;

namespace Pipeline.Caching;

[JsonSerializable(typeof(Box))]
[JsonSerializable(typeof(Seal))]
[JsonSerializable(typeof(Point))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(int?))]
internal sealed partial class TieredContext : JsonSerializerContext;
