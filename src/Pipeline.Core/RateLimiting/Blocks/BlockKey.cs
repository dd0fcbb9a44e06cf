namespace Pipeline.RateLimiting;

/// <summary>What identifies the state that a dimension is counted in: its key, and the rule's <see cref="RateLimitRule.StateId"/>.</summary>
internal readonly struct BlockKey(in RateLimitDimension dimension) : IEquatable<BlockKey>
{
    private readonly string _key = dimension.Key;
    private readonly string _stateId = dimension.Rule.StateId;
    private readonly int _hash = LimiterState.HashOf(dimension);

    public bool Equals(BlockKey other) =>
        _hash == other._hash && string.Equals(_key, other._key, StringComparison.Ordinal) && string.Equals(_stateId, other._stateId, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is BlockKey other && Equals(other);

    public override int GetHashCode() => _hash;
}
