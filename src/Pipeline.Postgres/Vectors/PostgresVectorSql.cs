using System.Globalization;

namespace Pipeline.Vectors;

/// <summary>
/// Expressions over vectors that are stored as <c>real[]</c>, by cosine at length one. With pgvector they are its operators over a cast, without it
/// functions of the schema, to the same answer.
/// </summary>
/// <param name="Schema">The suite's schema, quoted.</param>
/// <param name="Extension">pgvector, or null where it is not.</param>
internal sealed record PostgresVectorSql(string Schema, PostgresVectorExtension? Extension)
{
    /// <summary>The greatest dimension that pgvector indexes in half precision.</summary>
    public const int MostHalfDimensions = 4_000;

    /// <summary>The greatest dimension that pgvector indexes in single precision.</summary>
    public const int MostSingleDimensions = 2_000;

    /// <summary>
    /// Whether such vectors can have an index. By cosine it is of half precision, since their components are at most one; by the other distances of single
    /// precision, since theirs may be beyond what half precision holds.
    /// </summary>
    public bool CanIndex(VectorDistance distance, int dimension) =>
        Extension is { Indexes: true } && dimension <= (distance == VectorDistance.Cosine ? MostHalfDimensions : MostSingleDimensions);

    /// <summary>The score of two vectors as double precision, not bounded: greater is nearer.</summary>
    /// <param name="distance">How nearness is measured.</param>
    /// <param name="stored">The column, as SQL has it.</param>
    /// <param name="query">The vector that it is compared with, of type <c>real[]</c>.</param>
    public string Score(VectorDistance distance, string stored, string query)
    {
        if (Extension is not { } extension)
        {
            return ExactScore(distance, stored, query);
        }

        var name = distance == VectorDistance.Euclidean ? "<->" : "<#>";
        var vector = extension.Type("vector");
        return $"(-(({stored})::{vector} {extension.Operator(name)} ({query})::{vector}))";
    }

    /// <summary>The score computed in double precision throughout, which no finite vector makes infinite. Slow.</summary>
    public string ExactScore(VectorDistance distance, string stored, string query) =>
        distance == VectorDistance.Euclidean ? $"(-{Schema}.vector_gap({stored}, {query}))" : $"{Schema}.vector_dot({stored}, {query})";

    /// <summary>What an index orders by, nearest first: to be written after ORDER BY, without DESC.</summary>
    /// <exception cref="InvalidOperationException">There is no pgvector.</exception>
    public string IndexOrder(VectorDistance distance, int dimension, string stored, string query)
    {
        var extension = Extension ?? throw new InvalidOperationException("There is no index without pgvector.");
        var (name, type) = distance switch
        {
            VectorDistance.Cosine => ("<=>", "halfvec"),
            VectorDistance.DotProduct => ("<#>", "vector"),
            _ => ("<->", "vector"),
        };
        var vector = string.Create(CultureInfo.InvariantCulture, $"{extension.Type(type)}({dimension})");
        return $"({stored}::{vector}) {extension.Operator(name)} ({query}::{vector})";
    }
}
