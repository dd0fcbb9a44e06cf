using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>pgvector, as it is in this database.</summary>
/// <param name="Schema">The schema that holds it, not quoted: statements name it, whatever the search path is.</param>
/// <param name="Version">Its version.</param>
internal sealed record PostgresVectorExtension(string Schema, Version Version)
{
    /// <summary>The first version that goes on with a scan where a filter let too little through.</summary>
    public static Version LeastIndexing { get; } = new(0, 8);

    /// <summary>Whether the suite makes indexes with it. An older one only computes distances.</summary>
    public bool Indexes => Version >= LeastIndexing;

    /// <summary>Names a type of it, as SQL has it.</summary>
    public string Type(string name) => $"{PostgresSchema.Quote(Schema)}.{name}";

    /// <summary>Names an operator of it, as SQL has it.</summary>
    public string Operator(string name) => $"OPERATOR({PostgresSchema.Quote(Schema)}.{name})";
}
