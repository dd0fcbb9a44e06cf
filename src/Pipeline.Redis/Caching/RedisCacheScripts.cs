using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>The scripts of the cache; what each does stands in its head.</summary>
internal static class RedisCacheScripts
{
    public static RedisScript Clock { get; } = RedisScript.Load("Caching/clock.lua");

    public static RedisScript Set { get; } = RedisScript.Load("Caching/set.lua");

    public static RedisScript Add { get; } = RedisScript.Load("Caching/add.lua");

    public static RedisScript Replace { get; } = RedisScript.Load("Caching/replace.lua");

    public static RedisScript Slide { get; } = RedisScript.Load("Caching/slide.lua");

    public static RedisScript Remove { get; } = RedisScript.Load("Caching/remove.lua");

    public static RedisScript Generations { get; } = RedisScript.Load("Caching/generations.lua");

    public static RedisScript Invalidate { get; } = RedisScript.Load("Caching/invalidate.lua");

    public static RedisScript Take { get; } = RedisScript.Load("Caching/take.lua");

    public static RedisScript Renew { get; } = RedisScript.Load("Caching/renew.lua");

    public static RedisScript Release { get; } = RedisScript.Load("Caching/release.lua");
}
