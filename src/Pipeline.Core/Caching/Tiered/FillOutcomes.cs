namespace Pipeline.Caching;

/// <summary>The outcomes of fills, as the metrics name them.</summary>
internal static class FillOutcomes
{
    public const string Stored = "stored";
    public const string NotKept = "not_kept";
    public const string Overtaken = "overtaken";
    public const string Oversized = "oversized";
    public const string Unserializable = "unserializable";
    public const string Failed = "failed";
    public const string TimedOut = "timed_out";
    public const string Canceled = "canceled";
}
