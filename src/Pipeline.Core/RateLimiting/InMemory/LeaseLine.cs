namespace Pipeline.RateLimiting;

/// <summary>The leases of one duration, which run out in the order in which they were given or renewed.</summary>
internal sealed class LeaseLine(long duration)
{
    public long Duration { get; } = duration;

    public Lease? First { get; private set; }

    public Lease? Last { get; private set; }

    public LeaseLine? NextLine { get; set; }

    /// <summary>How far a walk through several lines has come in this one.</summary>
    public Lease? Cursor { get; set; }

    public void Append(Lease lease, long now)
    {
        // A thread that read the clock before another may come here after it.
        lease.Expiry = Math.Max(now + Duration, Last?.Expiry ?? 0);
        lease.Line = this;
        lease.Previous = Last;
        if (Last is null)
        {
            First = lease;
        }
        else
        {
            Last.Next = lease;
        }

        Last = lease;
    }

    public void Remove(Lease lease)
    {
        if (lease.Previous is null)
        {
            First = lease.Next;
        }
        else
        {
            lease.Previous.Next = lease.Next;
        }

        if (lease.Next is null)
        {
            Last = lease.Previous;
        }
        else
        {
            lease.Next.Previous = lease.Previous;
        }

        (lease.Line, lease.Previous, lease.Next) = (null, null, null);
    }
}
