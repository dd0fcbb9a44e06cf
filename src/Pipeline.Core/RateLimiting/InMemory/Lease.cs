namespace Pipeline.RateLimiting;

/// <summary>What one grant of a concurrency rule holds.</summary>
internal sealed class Lease(long cost)
{
    public long Cost { get; } = cost;

    /// <summary>When it runs out. Kept when it has ended.</summary>
    public long Expiry { get; set; }

    /// <summary>Where it is held; <see langword="null"/> when it has ended.</summary>
    public LeaseLine? Line { get; set; }

    public Lease? Previous { get; set; }

    public Lease? Next { get; set; }
}
