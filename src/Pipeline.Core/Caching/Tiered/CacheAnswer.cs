using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <summary>A value, and what the cache did to get it.</summary>
/// <param name="Value">The value.</param>
/// <param name="Outcome">Hit, StaleHit, Shared, Miss or Failed.</param>
/// <param name="Origin">What it took to make the value; <see langword="null"/> where that is not known.</param>
internal readonly record struct CacheAnswer<T>(T Value, CacheOutcome Outcome, ValueOrigin? Origin);
