namespace Pipeline.Vectors;

/// <summary>What the validation of a version counts and picks.</summary>
/// <param name="Items">How many items the version has.</param>
/// <param name="LiveItems">How many the live one has.</param>
/// <param name="Vectors">Some of the version's, with the tenants that they belong to.</param>
internal sealed record VectorSample(long Items, long LiveItems, IReadOnlyList<(string Tenant, float[] Vector)> Vectors);
