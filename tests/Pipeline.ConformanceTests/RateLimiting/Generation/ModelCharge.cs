using System.Numerics;

namespace Pipeline.Conformance.RateLimiting.Generation;

/// <summary>One charge in one state, by which a settlement finds it again.</summary>
/// <param name="at">When it was made.</param>
/// <param name="amount">How much of it counts.</param>
internal sealed class ModelCharge(long at, BigInteger amount)
{
    public long At { get; } = at;

    /// <summary>How much of it counts, in the model's own parts.</summary>
    public BigInteger Amount { get; set; } = amount;

    /// <summary>For a lease: when it runs out. For a fixed window: its end, by the wall clock.</summary>
    public long Until { get; set; }

    /// <summary>For a strict bucket: all that was charged up to and with this charge.</summary>
    public BigInteger Total { get; set; }
}
