namespace Pipeline.Learning;

/// <content>What goes to a snapshot and comes from it.</content>
internal sealed partial class TenantLearnings
{
    public static TenantLearnings Restore(TenantContents contents)
    {
        var learnings = new TenantLearnings();
        LearningEntry[] entries = [.. contents.Learnings.Select(static learning => new LearningEntry(learning.Id, learning.Record))];
        var embeddings = new Dictionary<EmbeddingTable, Dictionary<LearningEntry, ReadOnlyMemory<float>>>();
        foreach (var table in contents.Embeddings)
        {
            embeddings.Add(
                new EmbeddingTable(table.Model, table.Dimension),
                table.Vectors.ToDictionary(vector => entries[vector.Learning], static vector => vector.Vector));
        }

        learnings._tables.AddRange(embeddings.Keys);
        learnings.Add(entries, embeddings);
        foreach (var (entry, learning) in entries.Zip(contents.Learnings))
        {
            foreach (var (followUpId, report) in learning.Reports)
            {
                learnings.Report(entry, followUpId, report);
            }
        }

        return learnings;
    }

    public TenantContents Capture(string tenant)
    {
        lock (_gate)
        {
            var places = new int[_rows.Capture().Length];
            for (var i = 0; i < _byTime.Count; i++)
            {
                places[_byTime[i].Row] = i;
            }

            return new TenantContents(
                tenant,
                _byTime.ConvertAll(static entry => new LearningContents(entry.Id, entry.Record, [.. entry.Reports])),
                _tables.ConvertAll(table => new EmbeddingContents(table.Model, table.Dimension, VectorsOf(table, places))));
        }
    }

    // Vectors are never written to again, so no more than their places need to be taken under the lock.
    private static List<(int Learning, ReadOnlyMemory<float> Vector)> VectorsOf(EmbeddingTable table, int[] places)
    {
        var vectors = EmbeddingTable.Read(table.Vectors, table.Dimension).Select(vector => (Learning: places[vector.Row], vector.Vector)).ToList();
        vectors.Sort(static (x, y) => x.Learning.CompareTo(y.Learning));
        return vectors;
    }
}
