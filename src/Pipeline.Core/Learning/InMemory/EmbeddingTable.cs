using System.Globalization;
using Pipeline.Vectors;

namespace Pipeline.Learning;

/// <summary>
/// A tenant's embeddings of one model and dimension, kept as the in-memory index keeps its vectors: of length one, in snapshots that are read without a
/// lock. The id of a vector is the row of its learning. Changed under the tenant's lock.
/// </summary>
internal sealed class EmbeddingTable(string model, int dimension)
{
    private readonly TenantVectors _vectors = new(new VectorCollectionDefinition { Name = "learnings", Model = model, Dimension = dimension });
    private readonly HashSet<int> _rows = [];

    public string Model => model;

    public int Dimension => dimension;

    public bool IsEmpty => _rows.Count == 0;

    public TenantSnapshot Vectors => _vectors.Snapshot;

    public static int RowOf(string id) => int.Parse(id, NumberStyles.None, CultureInfo.InvariantCulture);

    public bool Has(LearningEntry entry) => _rows.Contains(entry.Row);

    public void Add(IReadOnlyCollection<(LearningEntry Entry, ReadOnlyMemory<float> Vector)> embeddings)
    {
        _vectors.TryUpsert([.. embeddings.Select(static one => new VectorItem { Id = IdOf(one.Entry.Row), Vector = one.Vector })]);
        _rows.UnionWith(embeddings.Select(static one => one.Entry.Row));
    }

    public void Remove(IEnumerable<LearningEntry> entries)
    {
        var removed = entries.Select(static entry => entry.Row).Where(_rows.Remove).Select(IdOf).ToList();
        if (removed.Count > 0)
        {
            _vectors.Delete(removed);
        }
    }

    /// <summary>All vectors, each with the row of its learning.</summary>
    public static IEnumerable<(int Row, ReadOnlyMemory<float> Vector)> Read(TenantSnapshot vectors, int dimension)
    {
        for (var i = 0; i < vectors.Segments.Length; i++)
        {
            var segment = vectors.Segments[i];
            for (var j = 0; j < segment.Live.Length; j++)
            {
                for (var word = segment.Live[j]; word != 0;)
                {
                    var slot = (j * BitSet.BitsPerWord) + BitSet.TakeLowest(ref word);
                    yield return (RowOf(segment.Storage.Ids[slot]), segment.Storage.Vectors.AsMemory(slot * dimension, dimension));
                }
            }
        }
    }

    private static string IdOf(int row) => row.ToString(CultureInfo.InvariantCulture);
}
