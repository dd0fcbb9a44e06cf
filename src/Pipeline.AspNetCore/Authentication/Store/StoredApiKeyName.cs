using System.Text.Json.Serialization;

namespace Pipeline.Authentication;

/// <summary>Under which name a key of a certain hash is found. Whether it counts, the name's own entry says.</summary>
internal sealed record StoredApiKeyName
{
    [JsonPropertyOrder(-1)]
    public required int Format { get; init; }

    public required string Name { get; init; }
}
