using System.Text.Json.Serialization;

namespace Pipeline.State;

/// <summary>What is stored under an idempotency key. See <c>docs/formats.md</c>.</summary>
internal sealed record IdempotencyRecord
{
    [JsonPropertyOrder(-1)]
    public int Format { get; init; } = StoredStateFormat.Version;

    [JsonConverter(typeof(StoredEnumConverter<IdempotencyRecordState>))]
    public required IdempotencyRecordState State { get; init; }

    public required string Fingerprint { get; init; }

    public required long Token { get; init; }

    public required Guid Owner { get; init; }

    /// <summary>Until when the owner holds the key, if it has begun.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    public ReadOnlyMemory<byte>? Response { get; init; }
}
