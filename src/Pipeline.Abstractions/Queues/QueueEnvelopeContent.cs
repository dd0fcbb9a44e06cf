namespace Pipeline.Queues;

/// <summary>What a <see cref="QueueEnvelope"/> holds.</summary>
/// <param name="Schema">How to read the body.</param>
/// <param name="DeduplicationKey">The deduplication key, or <see langword="null"/>.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body.</param>
public readonly record struct QueueEnvelopeContent(
    MessageSchema Schema, string? DeduplicationKey, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body);
