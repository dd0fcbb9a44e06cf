namespace Pipeline.Vectors;

/// <summary>An item that a query found.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
/// <param name="Id">The item's id.</param>
/// <param name="Score">How near it is; greater is nearer. What it measures is the collection's <see cref="VectorDistance"/>.</param>
/// <param name="Payload">The item's payload.</param>
/// <param name="Vector">The item's vector where the query asked for vectors, else empty.</param>
public sealed record VectorMatch(
    string Id,
    float Score,
    IReadOnlyDictionary<string, VectorValue> Payload,
    ReadOnlyMemory<float> Vector = default);
