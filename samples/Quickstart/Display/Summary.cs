using Quickstart.Ingestion;
using Quickstart.Storage;

namespace Quickstart.Display;

/// <summary>What the ingest did, before anything was redriven: a time spent dead is no time of the queue's.</summary>
internal sealed record Summary
{
    private static readonly string[] Steps = ["read", "chunk", "embed", "store"];

    public required int Documents { get; init; }

    public required int Chunks { get; init; }

    public required long Bytes { get; init; }

    public required int Retries { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>How many documents had each encoding, the most common first.</summary>
    public required IReadOnlyList<(string Name, int Documents)> Encodings { get; init; }

    public required IReadOnlyList<(string Name, Percentiles Times)> Latencies { get; init; }

    public static Summary Of(IReadOnlyCollection<StoredDocument> stored, Measurements measurements, TimeSpan elapsed) => new()
    {
        Documents = stored.Count,
        Chunks = stored.Sum(document => document.Chunks.Count),
        Bytes = stored.Sum(document => document.Bytes),
        Retries = measurements.Retries,
        Elapsed = elapsed,
        Encodings = [.. stored.CountBy(document => document.Encoding).OrderByDescending(count => count.Value).Select(count => (count.Key, count.Value))],
        Latencies =
        [
            ("enqueued to stored", Percentiles.Of(stored.Select(document => document.Latency))),
            .. Steps.Select(step => ($"  {step}", Percentiles.Of(measurements.DurationsOf(step)))),
        ],
    };
}
