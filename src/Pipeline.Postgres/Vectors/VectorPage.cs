namespace Pipeline.Vectors;

/// <summary>Some of a tenant's items.</summary>
/// <param name="Version">The version that they are of.</param>
/// <param name="Items">The items.</param>
/// <param name="IsLast">Whether no others follow.</param>
internal sealed record VectorPage(int Version, IReadOnlyList<VectorItem> Items, bool IsLast);
