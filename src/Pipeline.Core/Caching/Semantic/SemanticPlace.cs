using Pipeline.Vectors;

namespace Pipeline.Caching;

/// <summary>A request's place among others.</summary>
/// <param name="Vectors">The tenant's part of the collection.</param>
/// <param name="Group">What stands for step, version and model in the collection.</param>
/// <param name="Vector">The request's embedding.</param>
internal sealed record SemanticPlace(VectorScope Vectors, string Group, ReadOnlyMemory<float> Vector);
