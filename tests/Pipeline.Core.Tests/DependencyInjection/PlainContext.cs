using System.Text.Json.Serialization;

namespace Pipeline.DependencyInjection;

[JsonSerializable(typeof(Person))]
internal sealed partial class PlainContext : JsonSerializerContext;
