using Pipeline.Backends;

namespace Pipeline.RateLimiting;

/// <summary>The scripts of the limiter.</summary>
internal sealed record LimiterScripts
{
    public static LimiterScripts Default { get; } = new();

    /// <summary>Decides about one token bucket at a fixed cost.</summary>
    public RedisScript Bucket { get; init; } = RedisScript.Load("RateLimiting/bucket.lua");

    /// <summary>Decides about one sliding window at a fixed cost.</summary>
    public RedisScript Window { get; init; } = RedisScript.Load("RateLimiting/window.lua");

    /// <summary>Decides about any states of a slot, and ends reservations.</summary>
    public RedisScript Change { get; init; } = RedisScript.Load("RateLimiting/change.lua");

    /// <summary>Reads states.</summary>
    public RedisScript Peek { get; init; } = RedisScript.Load("RateLimiting/peek.lua");

    /// <summary>Extends leases.</summary>
    public RedisScript Renew { get; init; } = RedisScript.Load("RateLimiting/renew.lua");
}
