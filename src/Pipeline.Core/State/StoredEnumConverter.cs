using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.State;

/// <summary>Writes what an enumeration says by its name, <c>timedOut</c> for instance, and reads nothing else.</summary>
internal sealed class StoredEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where TEnum : struct, Enum;
