using System.Runtime.InteropServices;

namespace Pipeline.RateLimiting;

/// <summary>A charge of a sliding window, or the sum of those of one part of it. Packed: a state keeps up to 65 in less than 1 kB.</summary>
[StructLayout(LayoutKind.Sequential, Pack = sizeof(uint))]
internal struct SlidingCharge
{
    /// <summary>The low half of the time, in units.</summary>
    public uint Time;

    public long Cost;
}
