using System.Runtime.InteropServices;

namespace Pipeline.RateLimiting;

/// <summary>Where one dimension of a reservation was charged. A default value was not charged at all.</summary>
/// <param name="State">The state that was charged. One that is forgotten since gets nothing back.</param>
/// <param name="Mark">Where in the state, in its own terms.</param>
/// <param name="Lease">The lease, of a concurrency rule.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReservedCharge(LimiterState? State, long Mark, Lease? Lease = null);
