namespace Pipeline.RateLimiting;

/// <summary>A state that this process holds, or tries to hold, a block of permits of.</summary>
/// <remarks>All but <see cref="Block"/> is guarded by the lock of the <see cref="BlockRateLimiter"/>, which alone sets <see cref="Block"/>.</remarks>
/// <param name="limit">The limit under which blocks are leased. Another rule of the same state may have another: what a block has would be too much for it.</param>
internal sealed class HotState(long limit)
{
    private volatile PermitBlock? _block;

    public long Limit => limit;

    public PermitBlock? Block
    {
        get => _block;
        set => _block = value;
    }

    /// <summary>The lease that is under way: whether it brought a block.</summary>
    public TaskCompletionSource<bool>? Lease { get; set; }

    /// <summary>The timestamp before which no lease is tried.</summary>
    public long NotBefore { get; set; } = long.MinValue;

    /// <summary>How many calls are resetting the state just now.</summary>
    public int Resets { get; set; }

    /// <summary>Whether there is nothing to keep in mind.</summary>
    public bool IsIdle(long now) => Block is null && Lease is null && Resets == 0 && now >= NotBefore;

    public bool TryTake(in RateLimitDimension dimension, long now, out RateLimitDecision decision)
    {
        if (Block is { } block && dimension.Rule.Limit == limit)
        {
            return block.TryTake(dimension, now, out decision);
        }

        decision = default;
        return false;
    }

    /// <summary>Takes the block out.</summary>
    public PermitBlock? Drop()
    {
        var block = Block;
        Block = null;
        return block;
    }
}
