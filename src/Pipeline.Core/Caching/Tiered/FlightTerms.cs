using System.Runtime.InteropServices;
using Microsoft.Extensions.Caching.Hybrid;

namespace Pipeline.Caching;

/// <summary>What callers of one key must have in common to share a flight, besides the type.</summary>
/// <param name="Flags">What the call may read and write.</param>
/// <param name="AllowsStale">Whether a stale value may stand in.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FlightTerms(HybridCacheEntryFlags Flags, bool AllowsStale);
