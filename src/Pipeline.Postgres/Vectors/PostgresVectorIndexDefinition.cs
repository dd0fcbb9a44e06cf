namespace Pipeline.Vectors;

/// <summary>An HNSW index over a column of <c>real[]</c>. Names are not quoted; the table is one of the suite's schema.</summary>
/// <param name="Name">The index's name.</param>
/// <param name="Table">The table.</param>
/// <param name="Column">The column of vectors.</param>
/// <param name="Dimension">How many components each has, where the condition holds.</param>
/// <param name="Distance">How nearness is measured.</param>
/// <param name="KeyColumn">A column of whole numbers for a condition, or null where the index has all rows.</param>
/// <param name="Key">The value that it must have.</param>
internal sealed record PostgresVectorIndexDefinition(
    string Name, string Table, string Column, int Dimension, VectorDistance Distance, string? KeyColumn = null, long? Key = null);
