using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>Whether a stored answer may serve.</summary>
/// <remarks>Immutable. The default value accepts.</remarks>
[Experimental(SemanticCache.DiagnosticId)]
[StructLayout(LayoutKind.Auto)]
public readonly record struct SemanticCacheVerdict
{
    private SemanticCacheVerdict(string reason) => Reason = reason;

    /// <summary>The answer may serve.</summary>
    public static SemanticCacheVerdict Accept => default;

    /// <summary>Why the answer may not serve; <see langword="null"/> where it may.</summary>
    public string? Reason { get; }

    /// <summary>Whether the answer may serve.</summary>
    public bool IsAccepted => Reason is null;

    /// <summary>The answer may not serve.</summary>
    /// <param name="reason">Why, for the metrics: one of a few fixed words, never a part of a text.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="ArgumentException"><paramref name="reason"/> is no name (<see cref="StoredName"/>).</exception>
    public static SemanticCacheVerdict Veto(string reason)
    {
        StoredName.ThrowIfInvalid(reason);
        return new(reason);
    }
}
