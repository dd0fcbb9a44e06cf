namespace Pipeline.Metrics;

/// <summary>What Prometheus calls a type.</summary>
internal enum MetricKind
{
    /// <summary>It only grows.</summary>
    Counter,

    /// <summary>It goes up and down.</summary>
    Gauge,

    /// <summary>Counts by buckets.</summary>
    Histogram,
}
