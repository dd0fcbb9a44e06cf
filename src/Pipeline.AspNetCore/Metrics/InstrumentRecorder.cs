using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Metrics;

/// <summary>Takes the measurements of one instrument to its series: a hash table by tags whose readers take no lock and allocate nothing.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class InstrumentRecorder(MetricFamily family, KeyValuePair<string, object?>[] fixedTags, int maxNodes)
{
    private const int FirstBuckets = 16;

    private readonly Lock _gate = new();
    private Node?[] _buckets = new Node?[FirstBuckets];
    private int _count;

    public MetricFamily Family => family;

    public void Record(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => Find(tags).Record(value);

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => Find(tags).Record(value);

    /// <summary>Forgets which tags belong to which series.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _count = 0;
            Volatile.Write(ref _buckets, new Node?[FirstBuckets]);
        }
    }

    private MetricSeries Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = HashOf(tags);
        return TryFind(Volatile.Read(ref _buckets), hash, tags, out var series) ? series : Add(hash, tags);
    }

    private static bool TryFind(
        Node?[] buckets, int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags, [NotNullWhen(true)] out MetricSeries? series)
    {
        for (var node = Volatile.Read(ref buckets[hash & (buckets.Length - 1)]); node is not null; node = node.Next)
        {
            if (node.Hash == hash && AreSame(node.Tags, tags))
            {
                series = node.Series;
                return true;
            }
        }

        series = null;
        return false;
    }

    private MetricSeries Add(int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // Where there are too many already, a look-up by labels would cost every further measurement a lock.
        if (Volatile.Read(ref _count) >= maxNodes)
        {
            return family.Overflow;
        }

        lock (_gate)
        {
            if (TryFind(_buckets, hash, tags, out var known))
            {
                return known;
            }

            // Tags in another order, or of other types with the same text, are the same series.
            var series = family.GetSeries(MetricLabels.Write(tags, fixedTags));
            if (_count >= _buckets.Length)
            {
                Volatile.Write(ref _buckets, Grow(_buckets));
            }

            ref var bucket = ref _buckets[hash & (_buckets.Length - 1)];
            Volatile.Write(ref bucket, new Node(hash, tags.ToArray(), series, bucket));
            _count++;
            return series;
        }
    }

    private static Node?[] Grow(Node?[] buckets)
    {
        var grown = new Node?[buckets.Length * 2];
        foreach (var first in buckets)
        {
            for (var node = first; node is not null; node = node.Next)
            {
                ref var bucket = ref grown[node.Hash & (grown.Length - 1)];
                bucket = new Node(node.Hash, node.Tags, node.Series, bucket);
            }
        }

        return grown;
    }

    // An instrument's measurements have the same names throughout, as a rule: only the values are worth hashing.
    private static int HashOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = (uint)tags.Length;
        foreach (ref readonly var tag in tags)
        {
            hash = (hash * 31) + (uint)(tag.Value?.GetHashCode() ?? 0);
        }

        hash ^= hash >> 15;
        return (int)(hash * 0x2C1B3C6D & int.MaxValue);
    }

    private static bool AreSame(KeyValuePair<string, object?>[] known, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (known.Length != tags.Length)
        {
            return false;
        }

        for (var i = 0; i < known.Length; i++)
        {
            if (!string.Equals(known[i].Key, tags[i].Key, StringComparison.Ordinal) || !Equals(known[i].Value, tags[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    private sealed class Node(int hash, KeyValuePair<string, object?>[] tags, MetricSeries series, Node? next)
    {
        public int Hash { get; } = hash;

        public KeyValuePair<string, object?>[] Tags { get; } = tags;

        public MetricSeries Series { get; } = series;

        public Node? Next { get; } = next;
    }
}
