namespace Pipeline.Vectors;

/// <summary>Checks whether a version can go live.</summary>
internal static class VersionValidation
{
    private const int Nearest = 10;

    public static async ValueTask<VectorValidation> RunAsync(
        VectorVersion version, VectorVersion live, VectorValidationOptions options, CancellationToken cancellationToken)
    {
        var snapshots = version.Snapshots();
        var items = snapshots.Sum(static snapshot => snapshot.Count);
        var liveItems = live.Count;
        var sample = (int)Math.Min(options.SampleSize, items);
        var recall = await MeasureRecallAsync(snapshots, version.Definition, sample, cancellationToken).ConfigureAwait(false);
        return VectorValidation.Judge(options, items, liveItems, sample, recall);
    }

    /// <summary>Searches for stored vectors, evenly spread over all tenants' items, by the ordinary and by the exact search.</summary>
    private static async ValueTask<double> MeasureRecallAsync(
        IReadOnlyList<TenantSnapshot> snapshots, VectorCollectionDefinition definition, int sample, CancellationToken cancellationToken)
    {
        if (sample == 0)
        {
            return 1;
        }

        var items = snapshots.Sum(static snapshot => snapshot.Count);
        var (found, expected) = (0L, 0L);
        for (var i = 0L; i < sample; i++)
        {
            // Between two scans the thread is given to others.
            await Task.Yield();
            var (snapshot, vector) = Pick(snapshots, i * items / sample);
            var exact = Search(snapshot, definition, vector, isExact: true, cancellationToken);
            var ordinary = Search(snapshot, definition, vector, isExact: false, cancellationToken);
            expected += exact.Count;
            found += exact.Count(match => ordinary.Contains(match));
        }

        return (double)found / expected;
    }

    private static HashSet<string> Search(
        TenantSnapshot snapshot, VectorCollectionDefinition definition, ReadOnlyMemory<float> vector, bool isExact, CancellationToken cancellationToken)
    {
        var query = new VectorQuery { Vector = vector, Limit = Nearest, Exact = isExact };
        return VectorScan.Search(snapshot, definition.Distance, query, cancellationToken).Select(static match => match.Id).ToHashSet(StringComparer.Ordinal);
    }

    private static (TenantSnapshot Snapshot, ReadOnlyMemory<float> Vector) Pick(IReadOnlyList<TenantSnapshot> snapshots, long position)
    {
        var tenant = 0;
        while (position >= snapshots[tenant].Count)
        {
            position -= snapshots[tenant++].Count;
        }

        return (snapshots[tenant], snapshots[tenant].VectorAt(position));
    }
}
